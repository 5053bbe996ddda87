import { createHash } from 'node:crypto'
import { gather } from '../lib/archive/bytes.ts'
import { contentOf, type FileEntry, fileEntry, withDirectories } from '../lib/archive/entry.ts'
import { gzip } from '../lib/archive/gzip.ts'
import { tar } from '../lib/archive/tar.ts'
import { deflated } from '../lib/archive/zip.ts'
import type { Spooled, Work } from '../lib/core/format.ts'
import type { Names } from './names.ts'

/** The wheel of which the sdist is made. */
interface Wheel {
  readonly names: Names
  readonly files: readonly FileEntry[] // in their order, RECORD last
  readonly licenses: readonly FileEntry[]
}

/** A member of the wheel as backend.py knows it again; its stream follows those before it in streams.bin. */
interface Member {
  readonly path: string
  readonly mode: number
  readonly sha256: string
  readonly deflated: number // size of its stream; 0: stored as it is
}

/** Writes the sdist: the wheel's files to read and to patch, and a back end that gives the wheel again, the same bytes. */
export async function writeSdist(work: Work, wheel: Wheel): Promise<void> {
  const { names, files, licenses } = wheel
  const content = files.filter(({ path }) => path !== `${names.distInfo}/RECORD`)
  const metadata = files.filter(({ path }) => path === `${names.distInfo}/METADATA`)
  const entries = [
    ...content.map((file) => ({ ...file, path: `wheel/${file.path}` })),
    ...metadata.map((file) => ({ ...file, path: 'PKG-INFO' })),
    ...licenses, // PEP 639: at their paths in an sdist
    fileEntry('pyproject.toml', await work.ownFile('pypi/sdist-pyproject.toml')),
    fileEntry('backend/slipway_backend.py', await work.ownFile('pypi/backend.py')),
    ...(await backendData(work, wheel)),
  ].map((file) => ({ ...file, path: `${names.top}/${file.path}` }))
  const options = { dialect: 'pax', epoch: work.facts.epoch, owner: '' } as const
  await work.write(names.sdist, gzip(tar(withDirectories(entries), options)))
}

async function backendData(work: Work, { names, files }: Wheel): Promise<readonly FileEntry[]> {
  const members: Member[] = []
  // Another zlib gives other bytes, so the compressed members travel with the sdist.
  async function* streams(): AsyncIterable<Uint8Array> {
    for (const file of files) {
      const content = await gather(contentOf(file))
      const stream = await deflated(content)
      const sha256 = createHash('sha256').update(content).digest('hex')
      members.push({ path: file.path, mode: file.mode, sha256, deflated: stream?.length ?? 0 })
      if (stream !== undefined) yield stream
    }
  }
  const spooled = await work.spool(streams())
  const { wheel, sdist, distInfo } = names
  const release = { wheel, sdist, dist_info: distInfo, epoch: work.facts.epoch, members }
  return [
    fileEntry('backend/release.json', `${JSON.stringify(release, null, 1)}\n`),
    spooledEntry('backend/streams.bin', spooled),
  ]
}

function spooledEntry(path: string, spooled: Spooled): FileEntry {
  return { kind: 'file', path, mode: 0o644, size: spooled.size, read: () => spooled.open() }
}
