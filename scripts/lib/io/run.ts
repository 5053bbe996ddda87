import { Readable } from 'node:stream'
import { execa } from 'execa'
import { ReleaseError } from '../core/error.ts'
import type { Command } from '../core/format.ts'
import { withoutLogins } from '../core/without-logins.ts'
import { interrupted } from './interrupt.ts'

export interface RunOptions {
  readonly cwd?: string
  /** The whole environment of the child besides PATH and HOME: nothing else is inherited. */
  readonly env?: Readonly<Record<string, string>>
  /** Adds the caller's own environment below `env`: only for tools that must see the person's settings. */
  readonly inherit?: boolean
  readonly input?: string | Uint8Array
  /** Called for each line of output, for the live display. */
  readonly onLine?: (line: string) => void
}

/** What a child sees when nothing is inherited. */
function environmentOf(options: RunOptions): Record<string, string> {
  const { PATH, HOME } = process.env
  const bare = { PATH: PATH ?? '/usr/bin:/bin', HOME: HOME ?? '/', LC_ALL: 'C.UTF-8', TZ: 'UTC' }
  const inherited = options.inherit === true ? (process.env as Record<string, string>) : {}
  return { ...bare, ...inherited, ...options.env }
}

/** Runs a program to its end and gives its standard output; COMMAND_FAILED carries its last lines as `cause`. */
export async function run(command: Command, options: RunOptions = {}): Promise<string> {
  const [program, ...args] = command
  const child = execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: environmentOf(options),
    extendEnv: false,
    cancelSignal: interrupted,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    all: true,
    maxBuffer: 512 * 2 ** 20,
    stripFinalNewline: false,
  })
  if (options.onLine !== undefined) reportLines(child.all, options.onLine)
  const result = await child.catch((cause: unknown) => {
    throw commandError(command, cause)
  })
  return result.stdout
}

/** A program that reads `bytes` and whose output is given as it comes. */
export async function* pipe(
  command: Command,
  bytes: AsyncIterable<Uint8Array>,
  options: RunOptions = {},
): AsyncIterable<Uint8Array> {
  const [program, ...args] = command
  let broken: unknown // the source's own failure says more than the program's early end
  async function* watched(): AsyncIterable<Uint8Array> {
    try {
      yield* bytes
    } catch (error) {
      broken = error
      throw error
    }
  }
  const child = execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: environmentOf(options),
    extendEnv: false,
    cancelSignal: interrupted,
    input: Readable.from(watched(), { objectMode: false }),
    encoding: 'buffer',
    buffer: { stdout: false, stderr: true },
  })
  const ended = child.then(
    () => undefined,
    (cause: unknown) => commandError(command, cause),
  )
  try {
    for await (const chunk of child.stdout) yield chunk as Uint8Array
  } catch (error) {
    throw broken ?? (await ended) ?? error
  }
  const failure = broken ?? (await ended)
  if (failure !== undefined) throw failure
}

function reportLines(stream: AsyncIterable<unknown> | undefined, onLine: (line: string) => void): void {
  if (stream === undefined) return
  let rest = ''
  const drain = async (): Promise<void> => {
    for await (const chunk of stream) {
      const lines = `${rest}${String(chunk)}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    }
  }
  drain().catch(() => undefined) // the command's own failure is reported by run()
}

const AGAIN = 'Run the same command again: nothing half-done counts.'

function commandError(command: Command, cause: unknown): ReleaseError {
  if (interrupted.aborted) return new ReleaseError('INTERRUPTED', 'interrupted', { hint: AGAIN })
  const [program] = command
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return new ReleaseError('TOOL_MISSING', `${program} is not installed`, {
      hint: `Install ${program} with your system's package manager and run the same command again.`,
    })
  }
  const exit = cause instanceof Error && 'exitCode' in cause ? ` (exit code ${String(cause.exitCode)})` : ''
  return new ReleaseError('COMMAND_FAILED', `${program} failed${exit}`, {
    hint: 'Read the last lines of what it said, and repair what they tell.',
    cause: new CommandOutput(command, cause),
  })
}

/** What a failed program said; shown below the message, never inside it. */
export class CommandOutput extends Error {
  readonly command: Command
  readonly tail: string

  constructor(command: Command, cause: unknown) {
    super(withoutLogins(command.join(' ')), { cause })
    this.name = 'CommandOutput'
    this.command = command
    const all = cause instanceof Error && 'all' in cause ? cause.all : undefined
    const stderr = cause instanceof Error && 'stderr' in cause ? cause.stderr : undefined
    const text = all ?? stderr ?? ''
    this.tail = withoutLogins(text instanceof Uint8Array ? Buffer.from(text).toString() : String(text))
      .trimEnd()
      .split('\n')
      .slice(-30)
      .join('\n')
  }
}
