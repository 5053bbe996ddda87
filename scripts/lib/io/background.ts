import { execa } from 'execa'
import { ReleaseError } from '../core/error.ts'
import type { Command } from '../core/format.ts'
import { interrupted } from './interrupt.ts'
import { CommandOutput } from './run.ts'

export interface BackgroundOptions {
  readonly cwd?: string
  /** The whole environment of the child besides PATH and HOME: nothing else is inherited. */
  readonly env?: Readonly<Record<string, string>>
  /** How it is asked to end; default SIGTERM. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT'
}

/** A program that runs until it is stopped; it ends with this process at the latest. */
export interface Background {
  readonly pid: number
  /** The last lines of what it wrote, standard output and error together. */
  tail(): string
  /** COMMAND_FAILED with its last lines if it ended by itself. */
  assertRunning(): void
  /** Asks it to end and waits; killed after ten seconds. */
  stop(): Promise<void>
}

const TAIL_CHARACTERS = 8000
const PATIENCE_MS = 10_000

/** Starts a server: a tuple, a bare environment, its output kept in memory up to a few lines. */
export function startBackground(command: Command, options: BackgroundOptions = {}): Background {
  const [program, ...args] = command
  const { PATH, HOME } = process.env
  const bare = { PATH: PATH ?? '/usr/bin:/bin', HOME: HOME ?? '/', LC_ALL: 'C.UTF-8', TZ: 'UTC' }
  const child = execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...bare, ...options.env },
    extendEnv: false,
    cancelSignal: interrupted,
    killSignal: options.stopSignal ?? 'SIGTERM',
    forceKillAfterDelay: PATIENCE_MS,
    stdin: 'ignore',
    all: true,
    buffer: false,
  })
  let text = ''
  child.all.on('data', (chunk: Uint8Array) => {
    text = (text + Buffer.from(chunk).toString()).slice(-TAIL_CHARACTERS)
  })
  let over = false
  const ended = child.then(
    () => undefined,
    () => undefined,
  )
  ended.then(() => {
    over = true
  })
  return {
    pid: child.pid ?? 0,
    tail: () => text.trimEnd().split('\n').slice(-30).join('\n'),
    assertRunning() {
      if (!over) return
      throw new ReleaseError('COMMAND_FAILED', `${program} ended by itself`, {
        hint: 'Read the last lines of what it said, and repair what they tell.',
        cause: new CommandOutput(command, Object.assign(new Error('ended'), { all: text })),
      })
    },
    async stop() {
      child.kill()
      await ended
    },
  }
}

/** Asks until `probe` holds; gives false when the seconds are over. */
export async function waitUntil(probe: () => Promise<boolean>, seconds: number): Promise<boolean> {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    if (await probe()) return true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return false
}
