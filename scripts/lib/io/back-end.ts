import { fileURLToPath } from 'node:url'
import { projectPython } from './builder-python.ts'
import type { Stage } from './stage.ts'
import { openUv } from './uv.ts'

/** Requirements file with the back ends and plugins that this Slipway pins by hash. */
export const BACK_ENDS: string = fileURLToPath(new URL('back-ends.txt', import.meta.url))

/** One build of a project by its own back end (PEP 517). */
export interface BackEndBuild {
  readonly project: string // absolute
  readonly to: string // absolute
  readonly kinds: readonly ('wheel' | 'sdist')[]
  readonly env: Readonly<Record<string, string>>
}

/** Builds isolated, with back ends and plugins pinned by hash; the same each time. */
export async function buildByBackEnd(stage: Pick<Stage, 'plan' | 'cache'>, build: BackEndBuild): Promise<void> {
  const { project, to, kinds, env } = build
  const uv = await openUv(stage.cache, stage.plan.facts.tools.uv)
  const { path } = await projectPython(stage)
  const pinned = ['--python', path, '--build-constraints', BACK_ENDS, '--require-hashes', '--no-create-gitignore']
  const wanted = kinds.map((kind) => `--${kind}`)
  // Bytecode of a back end in the tree would be packed with what lies beside it.
  const same = { PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' }
  await uv(['build', ...wanted, ...pinned, '--out-dir', to, project], { env: { ...same, ...env } })
}
