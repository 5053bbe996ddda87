import type { Command } from '../scripts/lib/core/format.ts'

/** One way to do a piece of work: its commands in order, and what they leave. */
export interface Way {
  readonly name: string
  readonly commands: readonly Command[]
  /** What the commands see besides the environment of the person. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Before each run; what it takes is not counted. */
  reset?(): Promise<void>
  /** After a run: what was made, by a short name, and how many bytes it has. */
  made?(): Promise<Readonly<Record<string, number>>>
}

/** What one run of a way took, all its processes together. */
export interface Cost {
  readonly cpu: number // seconds, user and system
  readonly wall: number // seconds
  readonly peak: number // bytes in memory at once; what processes share counts once
  readonly made: Readonly<Record<string, number>>
}

/** Costs by the name of the way; asking for one that was not measured is an error. */
export type Costs = (way: string) => Cost

/** A promise that figures keep or miss. */
export interface Bar {
  readonly says: string
  readonly holds: (costs: Costs) => boolean
}

/** The same work done by Slipway and by what a maintainer would use instead. */
export interface Comparison {
  readonly name: string // on the command line
  readonly work: string // a sentence
  readonly needs: readonly string[] // programs on PATH
  readonly bars: readonly Bar[]
  /** Makes the input in an empty folder, which is removed afterwards. */
  prepare(place: string): Promise<readonly Way[]>
}
