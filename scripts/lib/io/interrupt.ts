type Cleanup = () => unknown

const cleanups = new Set<Cleanup>()
const controller = new AbortController()

/** Aborted by the first Ctrl-C (or TERM); every child process and request gets it. */
export const interrupted: AbortSignal = controller.signal

/** Registers what must go if the process is interrupted; the result takes the registration back. */
export function atExit(cleanup: Cleanup): () => void {
  cleanups.add(cleanup)
  return () => {
    cleanups.delete(cleanup)
  }
}

/** Aborts work on INT and TERM, removes what is half-written, and exits with 128 + signal. */
export function installInterrupt(): void {
  const stop = async (signal: 'SIGINT' | 'SIGTERM', code: number): Promise<void> => {
    if (controller.signal.aborted) process.exit(code)
    controller.abort(signal)
    await Promise.allSettled([...cleanups].map(async (cleanup) => cleanup()))
    process.stderr.write('\ninterrupted: nothing half-written was left\n')
    process.exit(code)
  }
  process.on('SIGINT', () => stop('SIGINT', 130))
  process.on('SIGTERM', () => stop('SIGTERM', 143))
}
