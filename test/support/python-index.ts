import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startBackground, waitUntil } from '../../scripts/lib/io/background.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { freePort } from '../../scripts/rehearse/port.ts'

/** A package index of this machine, with the programs that speak with it. */
export interface PythonIndex {
  readonly url: string // of its simple repository
  /** A program of the environment it runs in: twine, uv, pipx, check-wheel-contents, wheel. */
  program(name: string): string
  upload(...files: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** A real index server (pypiserver) on a free port that takes uploads of everybody; `dir` is a new folder for it. */
export async function startPythonIndex(dir: string): Promise<PythonIndex> {
  const program = (name: string): string => join(dir, 'tools/bin', name)
  const packages = join(dir, 'packages')
  await mkdir(packages, { recursive: true })
  await run(['python3', '-m', 'venv', join(dir, 'tools')])
  const tools = ['pypiserver', 'twine', 'uv', 'pipx', 'check-wheel-contents', 'wheel']
  await run([program('pip'), 'install', '--quiet', ...tools], { inherit: true })
  const port = `${await freePort()}`
  const words = ['run', '--interface', '127.0.0.1', '--port', port, '--passwords', '.', '--authenticate', '.']
  const server = startBackground([program('pypi-server'), ...words, '--disable-fallback', packages])
  const url = `http://127.0.0.1:${port}`
  const answers = async (): Promise<boolean> =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
  if (!(await waitUntil(answers, 60))) throw new Error(`the index does not answer: ${server.tail()}`)
  return {
    url: `${url}/simple/`,
    program,
    async upload(...files) {
      const login = ['--username', 'ada', '--password', 'any', '--disable-progress-bar']
      await run([program('twine'), 'upload', ...login, '--repository-url', `${url}/`, ...files])
    },
    stop: () => server.stop(),
  }
}
