import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'
import { ReleaseError } from '../core/error.ts'
import { gather } from './bytes.ts'
import { type ArchiveEntry, contentOf, type FileEntry } from './entry.ts'
import { assertNames } from './paths.ts'

const deflate = promisify<Uint8Array, import('node:zlib').ZlibOptions, Uint8Array>(deflateRaw)

const VERSION = 20 // APPNOTE 4.4.3: deflate
const UNIX = 3 // APPNOTE 4.4.2: whose attributes they are
const UTF8 = 0x0800 // APPNOTE 4.4.4, bit 11
const STORED = 0
const DEFLATED = 8 // APPNOTE 4.4.5
const EARLIEST = Date.UTC(1980, 0, 1) / 1000 // the DOS calendar's first second

/** What both headers of a member say, at the same relative places (APPNOTE 4.3.7 and 4.3.12). */
interface Member {
  readonly name: Uint8Array
  readonly common: Uint8Array
  readonly mode: number
  readonly offset: number
}

/**
 * A zip as wheels want it (PEP 427): files in the given order, sizes in front, no extra fields, no directory entries,
 * UTC times, modes kept. Links are PATH_REFUSED, what needs zip64 is LIMIT_EXCEEDED.
 */
export async function* wheelZip(entries: readonly ArchiveEntry[], epoch: number): AsyncIterable<Uint8Array> {
  const files = filesOf(entries)
  assertNames(files)
  within('members', files.length, 0xffff)
  const members: Member[] = []
  let offset = 0
  for (const file of files) {
    within(`size of ${file.path}`, file.size, 0xffffffff)
    const content = await gather(contentOf(file))
    const stored = (await deflated(content)) ?? content
    const name = Buffer.from(file.path)
    within('length of a name', name.length, 0xffff)
    const common = commonFields({ name, content, stored, epoch })
    const parts = [Buffer.from('PK\x03\x04'), common, name, stored] // local file header signature
    members.push({ name, common, mode: file.mode, offset: within('offset', offset, 0xffffffff) })
    yield* parts
    offset += parts.reduce((total, part) => total + part.length, 0)
  }
  yield* directory(members, within('offset', offset, 0xffffffff))
}

/** The stream that a member with this content holds; undefined where it would not be smaller, so the content itself is stored. */
export async function deflated(content: Uint8Array): Promise<Uint8Array | undefined> {
  const stream = await deflate(content, { level: 6 })
  return stream.length < content.length ? stream : undefined
}

function filesOf(entries: readonly ArchiveEntry[]): FileEntry[] {
  const others = entries.filter((entry) => entry.kind !== 'file')
  if (others.length === 0) return entries.filter((entry) => entry.kind === 'file')
  const names = others.map((entry) => JSON.stringify(entry.path)).join(', ')
  throw new ReleaseError('PATH_REFUSED', `a wheel holds files only, these are none: ${names}`, {
    hint: 'Put copies in place of links.',
  })
}

interface Content {
  readonly name: Uint8Array
  readonly content: Uint8Array
  readonly stored: Uint8Array
  readonly epoch: number
}

function commonFields({ name, content, stored, epoch }: Content): Uint8Array {
  const fields = Buffer.alloc(26)
  const time = dosTime(epoch)
  fields.writeUInt16LE(VERSION, 0) // version needed to extract
  fields.writeUInt16LE(name.some((byte) => byte >= 0x80) ? UTF8 : 0, 2) // general purpose bit flag
  fields.writeUInt16LE(stored === content ? STORED : DEFLATED, 4) // compression method
  fields.writeUInt16LE(time.time, 6) // last mod file time
  fields.writeUInt16LE(time.date, 8) // last mod file date
  fields.writeUInt32LE(crc32(content), 10) // crc-32
  fields.writeUInt32LE(within('size', stored.length, 0xffffffff), 14) // compressed size
  fields.writeUInt32LE(content.length, 18) // uncompressed size
  fields.writeUInt16LE(name.length, 22) // file name length
  fields.writeUInt16LE(0, 24) // extra field length
  return fields
}

function* directory(members: readonly Member[], start: number): Iterable<Uint8Array> {
  let size = 0
  for (const { name, common, mode, offset } of members) {
    const header = Buffer.alloc(46)
    header.write('PK\x01\x02', 0, 'latin1') // central file header signature
    header.writeUInt8(VERSION, 4) // version made by
    header.writeUInt8(UNIX, 5)
    header.set(common, 6)
    header.writeUInt16LE(0, 32) // file comment length
    header.writeUInt16LE(0, 34) // disk number start
    header.writeUInt16LE(0, 36) // internal file attributes
    header.writeUInt32LE((0o100000 | mode) * 2 ** 16, 38) // external file attributes: st_mode
    header.writeUInt32LE(offset, 42) // relative offset of local header
    size += header.length + name.length
    yield header
    yield name
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1') // end of central dir signature, disk numbers 0
  end.writeUInt16LE(members.length, 8) // entries on this disk
  end.writeUInt16LE(members.length, 10) // entries
  end.writeUInt32LE(within('directory', size, 0xffffffff), 12) // size of the central directory
  end.writeUInt32LE(start, 16) // its offset; no comment follows
  yield end
}

/** APPNOTE 4.4.6, MS-DOS form in UTC; nothing before 1980, LIMIT_EXCEEDED after 2107. */
function dosTime(epoch: number): { readonly date: number; readonly time: number } {
  const at = new Date(Math.max(epoch, EARLIEST) * 1000)
  const year = within('year', at.getUTCFullYear() - 1980, 127)
  const date = (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  return { date, time }
}

function within(field: string, value: number, limit: number): number {
  if (value <= limit) return value
  throw new ReleaseError('LIMIT_EXCEEDED', `a wheel has no room for ${field} ${value}`, {
    hint: 'Leave large files out of the package.',
  })
}
