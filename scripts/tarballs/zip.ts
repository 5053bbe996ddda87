import { once } from 'node:events'
import { gather } from '../lib/archive/bytes.ts'
import { type ArchiveEntry, contentOf, type FileEntry } from '../lib/archive/entry.ts'
import { linksAsCopies } from '../lib/archive/links.ts'
import { sortEntries } from '../lib/core/tree.ts'

interface ZipSettings {
  readonly epoch: number
  readonly level: number
}

type ZipArchive = import('archiver').ZipArchive

const EARLIEST = Date.UTC(1980, 0, 1) / 1000 // APPNOTE 4.4.6: the DOS calendar's first second

/** A zip of the files, sorted, links as copies, UTC times. */
export async function* zip(entries: readonly ArchiveEntry[], settings: ZipSettings): AsyncIterable<Uint8Array> {
  const { ZipArchive } = await import('archiver')
  const archive = new ZipArchive({ statConcurrency: 1, forceLocalTime: false, zlib: { level: settings.level } })
  const filled = fill(archive, sortEntries(linksAsCopies(entries)), settings.epoch)
  filled.catch((error: Error) => archive.destroy(error))
  for await (const chunk of archive) yield chunk
  await filled
}

/** Hands over one file at a time, so that no more than one is in memory. */
async function fill(archive: ZipArchive, files: readonly FileEntry[], epoch: number): Promise<void> {
  const date = new Date(Math.max(epoch, EARLIEST) * 1000)
  for (const file of files) {
    const content = Buffer.from(await gather(contentOf(file)))
    const packed = once(archive, 'entry')
    archive.append(content, { name: file.path, date, mode: file.mode })
    await packed
  }
  await archive.finalize()
}
