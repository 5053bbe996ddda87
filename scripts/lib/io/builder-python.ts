import { ReleaseError } from '../core/error.ts'
import { allowsPython } from '../core/python-range.ts'
import { run } from './run.ts'
import type { Stage } from './stage.ts'
import { openUv } from './uv.ts'

/** A Python of the machine that builds. */
export interface BuilderPython {
  readonly path: string
  readonly minor: string // 3.11
}

const OLDEST = 10
// Newest minor that is looked for by name; `python3` itself may be newer.
const NEWEST = 15

/** `python3` on PATH; TOOL_MISSING below 3.10. */
export async function builderPython(): Promise<BuilderPython> {
  const { path, minor } = await inspect('python3')
  if (Number(minor.split('.')[1]) >= OLDEST) return { path, minor }
  throw new ReleaseError('TOOL_MISSING', `python3 is ${minor}, at least 3.${OLDEST} is needed`, {
    hint: 'Put a newer python3 first on PATH; `apt install python3` gives one on Debian 12 and later.',
  })
}

/**
 * The Python that runs the project's own code: `python3` where `python.requires` allows it, else the oldest
 * `python3.X` on PATH that it allows, else one that `uv python install` left; TOOL_MISSING where there is none.
 */
export async function projectPython({ plan, cache }: Pick<Stage, 'plan' | 'cache'>): Promise<BuilderPython> {
  const { requires } = plan.facts.python
  const first = await builderPython()
  const names = Array.from({ length: NEWEST - OLDEST + 1 }, (_, index) => `python3.${OLDEST + index}`)
  for (const name of ['python3', ...names]) {
    // A name that is there and does not start, such as a shim of pyenv, is none.
    const found = await inspect(name).catch(() => undefined)
    if (found !== undefined && allowsPython(requires, found.version)) return { path: found.path, minor: found.minor }
  }
  const uv = await openUv(cache, plan.facts.tools.uv)
  const managed = await uv(['python', 'find', '--no-project', '--managed-python', requires]).catch(() => undefined)
  if (managed !== undefined) return inspect(managed.trim())
  throw new ReleaseError('TOOL_MISSING', `the project wants Python ${requires}; this machine has ${first.minor}`, {
    hint: 'Install one beside it that fits, as `apt install python3.13` or `uv python install 3.13` does; `python3` may stay as it is.',
  })
}

async function inspect(program: string): Promise<BuilderPython & { readonly version: string }> {
  const script = 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])'
  const [path = program, version = ''] = (await run([program, '-IS', '-c', script])).trim().split('\n')
  return { path, version, minor: version.replace(/\.\d+$/, '') }
}
