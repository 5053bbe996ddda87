import type { FormatOutcome } from './build.ts'

/** Throws when a format failed: its own error for one, an AggregateError of all for several. */
export function assertBuilt(outcomes: readonly FormatOutcome[]): void {
  const failed = outcomes.filter(({ failure }) => failure !== undefined)
  if (failed.length === 1) throw failed[0]?.failure
  if (failed.length > 1) throw new AggregateError(failed.map(({ failure }) => failure))
}
