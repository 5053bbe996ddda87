import { measure } from '../../scripts/lib/archive/digest.ts'
import { fileEntry, withDirectories } from '../../scripts/lib/archive/entry.ts'
import { gzip } from '../../scripts/lib/archive/gzip.ts'
import { tar } from '../../scripts/lib/archive/tar.ts'
import { wheelZip } from '../../scripts/lib/archive/zip.ts'
import { seeded, seededBytes } from '../support/archives.ts'
import { EPOCH, HARD_ENTRIES } from './tree.ts'

/** Digests of every kind of archive of one fixed tree that spans several gzip blocks. */
export async function archiveDigests(): Promise<Readonly<Record<string, string>>> {
  const large = fileEntry('large.bin', seededBytes(seeded(42), 2_500_000, 24))
  const entries = withDirectories([...HARD_ENTRIES, large])
  const files = entries.filter((entry) => entry.kind === 'file')
  const pack = (dialect: 'gnu' | 'pax' | 'ustar') => tar(entries, { dialect, epoch: EPOCH, owner: 'root' })
  const streams = {
    gnu: pack('gnu'),
    pax: pack('pax'),
    ustar: pack('ustar'),
    'ustar.gz': gzip(pack('ustar')),
    zip: wheelZip(files, EPOCH),
  }
  const digests = Object.entries(streams).map(async ([name, bytes]) => {
    return [name, (await measure(bytes, ['sha256'])).hex('sha256')] as const
  })
  return Object.fromEntries(await Promise.all(digests))
}

if (import.meta.main) process.stdout.write(JSON.stringify(await archiveDigests()))
