import type { SourceBytes } from './source-file.ts'

/** What a source is made of, and what stands in its way. */
export interface SourceList extends SourceBytes {
  /** One sentence each. */
  readonly refusals: readonly string[]
  /** Tracked, but not in this clone. */
  readonly absent: readonly string[]
}
