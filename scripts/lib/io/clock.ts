/** The time of day in seconds: only for validity of signatures and for waiting, never for what is built. */
export function now(): number {
  return Math.floor(Date.now() / 1000)
}
