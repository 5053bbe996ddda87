import { performance } from 'node:perf_hooks'
import { colors } from './colors.ts'

/** A running piece of work on the display. */
export interface Task {
  /** Shows what it is doing now. */
  update(text: string): void
}

/** What a person sees of a run: live lines on a terminal, one plain line per end elsewhere, and one per start of what takes longer. */
export interface Report {
  task<T>(label: string, work: (task: Task) => Promise<T>): Promise<T>
  /** A sentence that must be seen, such as a fallback or an unlocked input. */
  notice(text: string): void
  line(text: string): void
}

interface Running {
  readonly label: string
  readonly started: number
  text: string
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** Writes to standard error, so that `--json` on standard output stays clean. */
export function openReport(stream: NodeJS.WriteStream = process.stderr): Report {
  return stream.isTTY && process.env['CI'] === undefined ? new LiveReport(stream) : plainReport(stream)
}

/** Shows nothing; for `--json` off a terminal and for tests. */
export const silentReport: Report = {
  task: (_label, work) => work({ update: () => undefined }),
  notice: () => undefined,
  line: () => undefined,
}

const UNKNOWN_WIDTH = 80 // a terminal that says 0 columns, as under script(1) or some CI
const SHORT_MS = 3000 // what ends sooner needs no line for its start
const RARE_MS = 30_000 // how often a plain display tells what a long piece of work is doing

function plainReport(stream: NodeJS.WriteStream): Report {
  const line = (text: string): void => void stream.write(`${text}\n`)
  return {
    line,
    notice: (text) => line(`! ${text}`),
    async task(label, work) {
      const started = performance.now()
      const starting = setTimeout(() => line(`  ${label} …`), SHORT_MS)
      try {
        const result = await work({ update: rarely((text) => line(`  ${label}: ${text}`)) })
        line(`✓ ${label} (${seconds(started)})`)
        return result
      } catch (error) {
        line(`✗ ${label} (${seconds(started)})`)
        throw error
      } finally {
        clearTimeout(starting)
      }
    },
  }
}

function rarely(tell: (text: string) => void): (text: string) => void {
  let told = performance.now()
  return (text) => {
    if (performance.now() - told < RARE_MS) return
    told = performance.now()
    tell(text)
  }
}

/** One line per running piece of work, drawn again five times a second; finished lines scroll away above. */
class LiveReport implements Report {
  readonly #stream: NodeJS.WriteStream
  readonly #running = new Set<Running>()
  #drawn = 0
  #timer: NodeJS.Timeout | undefined

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  line(text: string): void {
    this.#clear()
    this.#stream.write(`${text}\n`)
    this.#draw()
  }

  notice(text: string): void {
    this.line(`${colors.yellow('!')} ${text}`)
  }

  async task<T>(label: string, work: (task: Task) => Promise<T>): Promise<T> {
    const running: Running = { label, started: performance.now(), text: '' }
    this.#running.add(running)
    this.#timer ??= setInterval(() => this.#draw(), 200).unref()
    this.#draw()
    try {
      const result = await work({
        update(text) {
          running.text = text.slice(0, 60)
        },
      })
      this.#end(running, colors.green('✓'))
      return result
    } catch (error) {
      this.#end(running, colors.red('✗'))
      throw error
    }
  }

  #end(running: Running, mark: string): void {
    this.#running.delete(running)
    this.line(`${mark} ${running.label} ${colors.dim(seconds(running.started))}`)
    if (this.#running.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #clear(): void {
    if (this.#drawn > 0) this.#stream.write(`\x1b[${this.#drawn}A\x1b[J`)
    this.#drawn = 0
  }

  #draw(): void {
    this.#clear()
    const width = this.#stream.columns || UNKNOWN_WIDTH
    for (const { label, started, text } of this.#running) {
      const line = `${label} ${seconds(started)} ${text}`.slice(0, width - 3)
      this.#stream.write(`${colors.cyan('•')} ${line}\n`)
    }
    this.#drawn = this.#running.size
  }
}
