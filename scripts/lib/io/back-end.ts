import { fileURLToPath } from 'node:url'
import { builderPython } from './builder-python.ts'
import type { Uv } from './uv.ts'

const BACK_ENDS = fileURLToPath(new URL('back-ends.txt', import.meta.url))

/** One build of a project by its own back end (PEP 517). */
export interface BackEndBuild {
  readonly project: string // absolute
  readonly to: string // absolute
  readonly kinds: readonly ('wheel' | 'sdist')[]
  readonly env: Readonly<Record<string, string>>
}

/** Builds isolated, with back ends and plugins pinned by hash; the same each time. */
export async function buildByBackEnd(uv: Uv, { project, to, kinds, env }: BackEndBuild): Promise<void> {
  const { path } = await builderPython()
  const pinned = ['--python', path, '--build-constraints', BACK_ENDS, '--require-hashes', '--no-create-gitignore']
  const wanted = kinds.map((kind) => `--${kind}`)
  await uv(['build', ...wanted, ...pinned, '--out-dir', to, project], { env: { PYTHONHASHSEED: '0', ...env } })
}
