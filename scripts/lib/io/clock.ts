/** The time of day in seconds: only for validity of signatures and for waiting, never for what is built. */
export function now(): number {
  return Math.floor(Date.now() / 1000)
}

/** Seconds since it was called: only to tell how long something takes. */
export function stopwatch(): () => number {
  const started = performance.now()
  return () => (performance.now() - started) / 1000
}
