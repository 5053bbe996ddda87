import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, onTestFinished } from 'vitest'
import type { Layout } from '../../scripts/launcher/data.ts'
import type { Facts, RuntimeFacts } from '../../scripts/lib/core/facts.ts'
import { easyFacts, type Installation, install, outcome, PYTHON } from './installation.ts'

/** The PostgreSQL of this machine, in place of the image's own. */
export const POSTGRESQL = { major: '15', bin: '/usr/lib/postgresql/15/bin' } as const

const NOBODY = 65534
/** PostgreSQL refuses to run as root. */
export const USER: SpawnOptions = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

type Environment = Readonly<Record<string, string>>

/** A launcher that goes on while a test looks at it. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  /** Everything it has said so far. */
  log(): string
  /** Waits until it says this. */
  says(text: string): Promise<void>
  /** Sends a signal to it alone, and gives its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** The papers application laid out as in the `full` image, with a port of its own. */
export interface Container extends Installation {
  readonly port: number
  start(words: readonly string[], env?: Environment): Running
  startApart(words: readonly string[], env?: Environment): Running
  once(words: readonly string[], env?: Environment): ReturnType<typeof outcome>
  get(path: string): Promise<{ readonly status: number; readonly body: string; readonly headers: Headers } | undefined>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function papersFacts(port: number, runtime: Partial<RuntimeFacts>): Facts {
  const facts = easyFacts()
  const { createsuperuser: _superuser, check: _check, ...rest } = facts.runtime
  const services = [
    { name: 'web', command: ['web.py', '{host}', '{port}'], port, health: '/healthz', ready: '/readyz' },
  ]
  return { ...facts, runtime: { ...rest, services, ...runtime } }
}

/** The process that a started program made of its first child; it does not see signals to its parent. */
function innerOf(child: ChildProcess): number | undefined {
  const children = `/proc/${child.pid}/task/${child.pid}/children`
  const [inner] = existsSync(children) ? readFileSync(children, 'utf8').trim().split(' ') : []
  return inner ? Number(inner) : undefined
}

function follow(child: ChildProcess, apart: boolean): Running {
  let log = ''
  const tell = (signal: NodeJS.Signals): void => {
    const inner = apart ? innerOf(child) : undefined
    if (inner === undefined) child.kill(signal)
    else process.kill(inner, signal)
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (log += text))
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  onTestFinished(async () => {
    if (child.exitCode === null) tell(apart ? 'SIGKILL' : 'SIGTERM')
    await ended
  })
  return {
    child,
    ended,
    log: () => log,
    async says(text) {
      for (const deadline = performance.now() + 50_000; !log.includes(text); await sleep(50)) {
        if (child.exitCode !== null || performance.now() > deadline) throw new Error(`it never said ${text}:\n${log}`)
      }
    },
    end(signal = 'SIGTERM') {
      tell(signal)
      return ended
    },
  }
}

/** A new volume, in memory where there is some: a cluster is flushed to disk file by file. */
function volume(): string {
  const memory = '/dev/shm'
  const { bavail, bsize } = existsSync(memory) ? statfsSync(memory) : { bavail: 0, bsize: 0 }
  const path = mkdtempSync(join(bavail * bsize > 2 ** 30 ? memory : tmpdir(), 'tray-volume-'))
  if (USER.uid !== undefined) chownSync(path, USER.uid, NOBODY)
  return path
}

function passing(path: string): string {
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

let filled: string | undefined

/** A volume of its own with a migrated database and the key; made once for all tests of a file. */
export async function filledVolume(): Promise<string> {
  if (filled === undefined) {
    filled = volume()
    const { status, stderr } = await (await container({}, { state: filled })).once(['migrate'])
    if (status !== 0) throw new Error(stderr)
  }
  const path = passing(volume())
  execFileSync('cp', ['-a', `${filled}/.`, path])
  return path
}

afterAll(() => rmSync(filled ?? '', { recursive: true, force: true }))

/** A container of the papers application with its own volume; a second one may be given the volume of the first. */
export async function container(runtime: Partial<RuntimeFacts> = {}, change: Partial<Layout> = {}): Promise<Container> {
  const port = await freePort()
  const layout = { channel: 'image', app: '../papers', secrets: '{state}', config: ['{state}/tray.env'] } as const
  const state = change.state ?? passing(volume())
  const place = install({ ...layout, postgresql: POSTGRESQL, ...change, state }, papersFacts(port, runtime))
  const program = ['-IS', join(place.root, 'launcher/launcher.py')]
  const options = (env: Environment): SpawnOptions => ({
    cwd: place.root,
    env: { PATH: `${POSTGRESQL.bin}:${process.env['PATH'] ?? '/usr/bin:/bin'}`, APP_HOST: '127.0.0.1', ...env },
    ...USER,
  })
  const apart = ['--pid', '--mount', '--uts', '--fork', '--mount-proc', '--kill-child', '--', 'setpriv']
  const user = ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups', PYTHON]
  return {
    ...place,
    port,
    once: (words, env = {}) => outcome(PYTHON, [...program, ...words], options(env)),
    start: (words, env = {}) => follow(spawn(PYTHON, [...program, ...words], options(env)), false),
    startApart: (words, env = {}) =>
      follow(spawn('unshare', [...apart, ...user, ...program, ...words], { ...options(env), uid: 0, gid: 0 }), true),
    async get(path) {
      try {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`)
        return { status: answer.status, headers: answer.headers, body: await answer.text() }
      } catch {
        return undefined
      }
    },
  }
}
