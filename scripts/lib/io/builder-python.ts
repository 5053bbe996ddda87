import { ReleaseError } from '../core/error.ts'
import { run } from './run.ts'

/** The Python of the machine that builds. */
export interface BuilderPython {
  readonly path: string
  readonly minor: string // 3.11
}

const OLDEST = 10

/** `python3` on PATH; TOOL_MISSING below 3.10. */
export async function builderPython(): Promise<BuilderPython> {
  const script = 'import sys; print(sys.executable); print("%d.%d" % sys.version_info[:2])'
  const [path = 'python3', minor = ''] = (await run(['python3', '-IS', '-c', script])).trim().split('\n')
  if (Number(minor.split('.')[1]) >= OLDEST) return { path, minor }
  throw new ReleaseError('TOOL_MISSING', `python3 is ${minor}, at least 3.${OLDEST} is needed`, {
    hint: 'Put a newer python3 first on PATH; `apt install python3` gives one on Debian 12 and later.',
  })
}
