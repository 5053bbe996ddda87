import { type ArchiveEntry, contentOf } from './entry.ts'
import { assertNames } from './paths.ts'
import { BLOCK, encodeHeader, GNU_MAGIC, type Header, paddingAfter, USTAR_MAGIC } from './tar-header.ts'

/** gnu for .deb (dpkg refuses pax headers), pax for sdists (PEP 625), ustar with pax only where it must for layers and charts. */
export type Dialect = 'gnu' | 'pax' | 'ustar'

export interface TarOptions {
  readonly dialect: Dialect
  readonly epoch: number // mtime of every entry, in seconds
  readonly prefix?: './' // before every path, with the root itself as first entry: the form of deb(5)
  readonly owner: '' | 'root' // uname and gname of what belongs to 0:0
  readonly padding?: 512 | 10240 // the archive's size is a multiple of it; 10240 is GNU tar's
}

/** A tar archive of the entries in the given order; PATH_REFUSED and LIMIT_EXCEEDED for what it cannot hold. */
export async function* tar(entries: readonly ArchiveEntry[], options: TarOptions): AsyncIterable<Uint8Array> {
  assertNames(entries)
  let size = 0
  for await (const chunk of members(entries, options)) {
    size += chunk.length
    yield chunk
  }
  yield Buffer.alloc(2 * BLOCK) // POSIX.1-2017 pax: two zero blocks end the archive
  yield paddingAfter(size + 2 * BLOCK, options.padding ?? 10240)
}

async function* members(entries: readonly ArchiveEntry[], options: TarOptions): AsyncIterable<Uint8Array> {
  if (options.prefix !== undefined) yield* headers({ kind: 'directory', path: '', mode: 0o755 }, options)
  for (const entry of entries) {
    yield* headers(entry, options)
    if (entry.kind !== 'file') continue
    yield* contentOf(entry)
    yield paddingAfter(entry.size, BLOCK)
  }
}

const TYPES = { file: '0', link: '2', directory: '5' } as const

function headers(entry: ArchiveEntry, options: TarOptions): Uint8Array[] {
  const { uid = 0, gid = 0 } = entry
  const path = `${options.prefix ?? ''}${entry.path}${entry.kind === 'directory' && entry.path !== '' ? '/' : ''}`
  const header: Header = {
    name: Buffer.from(path),
    mode: entry.kind === 'link' ? 0o777 : entry.mode,
    uid,
    gid,
    size: entry.kind === 'file' ? entry.size : 0,
    mtime: options.epoch,
    type: TYPES[entry.kind],
    ...(entry.kind === 'link' ? { link: Buffer.from(entry.target) } : {}),
    owner: uid === 0 && gid === 0 ? options.owner : '', // a name wins over the number when unpacked by root
    magic: options.dialect === 'gnu' ? GNU_MAGIC : USTAR_MAGIC,
  }
  return (options.dialect === 'gnu' ? gnuHeaders(header) : paxHeaders(header, options.dialect)).filter(
    (block) => block.length > 0,
  )
}

/** GNU tar manual, "Extensions": a long target (K), then a long name (L), each before the header that it belongs to. */
function gnuHeaders(header: Header): Uint8Array[] {
  const long = (type: 'K' | 'L', value: Uint8Array | undefined): Uint8Array[] => {
    if (value === undefined || value.length <= 100) return []
    return extension(header, { name: '././@LongLink', type, content: Buffer.concat([value, Buffer.alloc(1)]) })
  }
  return [...long('K', header.link), ...long('L', header.name), encodeHeader(header)]
}

/** POSIX.1-2017 pax, "pax Extended Header": records for what the ustar fields cannot hold, and no others. */
function paxHeaders(header: Header, dialect: Dialect): Uint8Array[] {
  const split = dialect === 'ustar' ? splitName(header.name) : undefined
  const records = [
    ...(split === undefined && !fits(header.name) ? [paxRecord('path', header.name)] : []),
    ...(header.link === undefined || fits(header.link) ? [] : [paxRecord('linkpath', header.link)]),
  ]
  const link = header.link === undefined ? {} : { link: asciiOf(header.link) }
  const last = encodeHeader({ ...header, ...link, name: asciiOf(header.name), ...split })
  if (records.length === 0) return [last]
  // The name that Python's tarfile writes: no process id in it.
  return [...extension(header, { name: '././@PaxHeader', type: 'x', content: Buffer.concat(records) }), last]
}

interface Extension {
  readonly name: string
  readonly type: 'x' | 'K' | 'L'
  readonly content: Uint8Array
}

function extension({ mtime, owner, magic }: Header, { name, type, content }: Extension): Uint8Array[] {
  const size = content.length
  const fields = { name: Buffer.from(name), mode: 0o644, uid: 0, gid: 0, size, mtime, type, owner, magic }
  return [encodeHeader(fields), content, paddingAfter(size, BLOCK)]
}

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80)

const fits = (bytes: Uint8Array): boolean => bytes.length <= 100 && isAscii(bytes)

/** What a reader without pax sees instead; readers with it never do. */
const asciiOf = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => (byte < 0x80 ? byte : 0x3f))

/** "%d %s=%s\n", the number counting itself too. */
function paxRecord(key: 'path' | 'linkpath', value: Uint8Array): Uint8Array {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')])
  let length = rest.length
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

/** POSIX.1-2017 pax, ustar: a long name divided at a slash, at most 155 bytes before it and 100 after. */
function splitName(name: Uint8Array): { readonly name: Uint8Array; readonly prefix: Uint8Array } | undefined {
  if (name.length <= 100 || !isAscii(name)) return undefined
  const at = name.subarray(0, -1).lastIndexOf(0x2f, 155)
  const split = { prefix: name.subarray(0, Math.max(at, 0)), name: name.subarray(at + 1) }
  return at > 0 && split.name.length <= 100 ? split : undefined
}
