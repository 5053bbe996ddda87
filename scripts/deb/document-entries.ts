import { gather, streamOf } from '../lib/archive/bytes.ts'
import { type ArchiveEntry, fileEntry } from '../lib/archive/entry.ts'
import { gzip } from '../lib/archive/gzip.ts'
import type { Facts } from '../lib/core/facts.ts'
import { renderChangelog } from './changelog.ts'

/** What Debian Policy 12 wants of every package: changelog, here from the notes of the release, and copyright. */
export async function documentEntries(
  facts: Facts,
  name: string,
  copyright: string,
  notes = '',
): Promise<readonly ArchiveEntry[]> {
  return [
    await compressedEntry(`usr/share/doc/${name}/changelog.Debian.gz`, renderChangelog(facts, name, notes)),
    fileEntry(`usr/share/doc/${name}/copyright`, copyright),
  ]
}

/** A text compressed as Debian Policy 12 wants it: level 9, without name and time. */
export async function compressedEntry(path: string, text: string): Promise<ArchiveEntry> {
  return fileEntry(path, await gather(gzip(streamOf(Buffer.from(text)), 9)))
}
