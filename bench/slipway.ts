import { join } from 'node:path'
import type { Command } from '../scripts/lib/core/format.ts'

/** A verb of this checkout's Slipway, run by the Node that runs the benchmark. */
export function slipway(...words: readonly string[]): Command {
  return [process.execPath, join(import.meta.dirname, '../scripts/slipway.ts'), ...words]
}
