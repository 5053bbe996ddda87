import { gunzipSync } from 'node:zlib'
import type { Output } from '../../scripts/lib/core/artifact.ts'
import type { Facts } from '../../scripts/lib/core/facts.ts'
import { tarballs } from '../../scripts/tarballs/index.ts'
import { listArchive, type Row } from '../support/archives.ts'
import { type MemoryWork, memoryWork, type WorkParts, writtenFile } from '../support/work.ts'

/** A work on which the room was run. */
export async function built(parts: WorkParts = {}, config: unknown = {}): Promise<MemoryWork> {
  const work = memoryWork(parts)
  await tarballs.build(work, config)
  return work
}

/** One archive of the room as Python's readers see it, by path. */
export async function listed(work: MemoryWork, name: string): Promise<ReadonlyMap<string, Row>> {
  const bytes = writtenFile(work, name)
  const zipped = name.endsWith('.zip')
  const rows = await listArchive(zipped ? 'zip' : 'tar', zipped ? bytes : gunzipSync(bytes))
  return new Map(rows.map((row) => [row.path, row]))
}

export function outputNames(facts: Facts, config: unknown = {}): readonly string[] {
  return tarballs.outputs(facts, config).map((output: Output) => output.name)
}
