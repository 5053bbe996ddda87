import { Parser, type ReadEntry } from 'tar'
import type { ArchiveEntry } from '../lib/archive/entry.ts'
import { ReleaseError } from '../lib/core/error.ts'
import { type Contents, contents } from './contents.ts'
import { damaged, openMember, readMembers } from './deb-members.ts'

/** What a binary package says of itself, and its age (deb(5)). */
export interface DebHead {
  readonly control: string // the control file, verbatim
  readonly md5sums: string
  readonly newest: number // latest modification time inside, in seconds
}

/** A binary package with its files. */
export interface DebFile extends DebHead {
  readonly entries: readonly ArchiveEntry[]
}

/** Reads the .deb at `path` for its head alone: no content is kept. */
export async function readDebHead(name: string, path: string): Promise<DebHead> {
  const { control, data } = await openDeb(name, path)
  return { ...(await headFiles(name, control)), newest: await readTar(name, data, (entry) => entry.resume()) }
}

/** Reads the .deb at `path`, its large files into `scratch` where that is given; devices, names that climb out and unknown compressions are refused. */
export async function readDeb(name: string, path: string, scratch?: string): Promise<DebFile> {
  const { control, data } = await openDeb(name, path)
  const head = await headFiles(name, control)
  const { entries, newest } = await readEntries(name, data, scratch)
  return { ...head, entries, newest }
}

type Bytes = AsyncIterable<Uint8Array>

async function openDeb(name: string, path: string): Promise<{ control: Bytes; data: Bytes }> {
  const members = await readMembers(name, path)
  const open = (tar: string): Bytes => openMember(name, path, members, tar)
  return { control: open('control.tar'), data: open('data.tar') }
}

async function headFiles(name: string, control: Bytes): Promise<Omit<DebHead, 'newest'>> {
  const { entries } = await readEntries(name, control)
  const text = async (path: string): Promise<string> => {
    const entry = entries.find((one) => one.kind === 'file' && one.path === path)
    return entry?.kind === 'file' ? Buffer.from((await entry.read()) as Uint8Array).toString() : ''
  }
  return { control: await text('control'), md5sums: await text('md5sums') }
}

async function readEntries(
  deb: string,
  tar: Bytes,
  scratch?: string,
): Promise<{ readonly entries: ArchiveEntry[]; readonly newest: number }> {
  const entries: ArchiveEntry[] = []
  const failures: unknown[] = []
  const newest = await readTar(deb, tar, (entry) => {
    const content = contents(entry.size, scratch)
    entry.on('data', (chunk) => content.add(chunk))
    entry.on('end', () => {
      try {
        entries.push(...archiveEntry(deb, entry, content.done(), entries))
      } catch (cause) {
        failures.push(cause)
      }
    })
  })
  const [failure] = failures
  if (failure === undefined) return { entries, newest }
  throw failure instanceof ReleaseError ? failure : damaged(deb, failure)
}

/** Every entry of a tar; gives the latest time of all. */
async function readTar(deb: string, tar: Bytes, take: (entry: ReadEntry) => void): Promise<number> {
  let newest = 0
  const onReadEntry = (entry: ReadEntry): void => {
    newest = Math.max(newest, Math.floor((entry.mtime?.getTime() ?? 0) / 1000))
    take(entry)
  }
  const parser = new Parser({ strict: true, onReadEntry })
  const ended = new Promise<unknown>((resolve) => {
    parser.on('end', () => resolve(undefined))
    parser.on('error', resolve)
  })
  for await (const chunk of tar) parser.write(asBuffer(chunk))
  parser.end()
  const failure = await ended
  if (failure !== undefined) throw damaged(deb, failure)
  return newest
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength)

const tarPath = (path: string | undefined): string => (path ?? '').replace(/^\.?\//, '').replace(/\/$/, '')
function archiveEntry(
  deb: string,
  entry: ReadEntry,
  content: ReturnType<Contents['done']>,
  before: readonly ArchiveEntry[],
): ArchiveEntry[] {
  const path = tarPath(entry.path)
  if (path === '' || path === '.') return []
  if (path.split('/').includes('..')) throw damaged(deb)
  // setuid and setgid do not belong into an image that runs as nobody in particular; sticky does (/tmp)
  const attributes = { path, mode: (entry.mode ?? 0) & 0o1777, uid: entry.uid ?? 0, gid: entry.gid ?? 0 }
  switch (entry.type) {
    case 'Directory':
      return [{ kind: 'directory', ...attributes }]
    case 'SymbolicLink':
      return [{ kind: 'link', path, target: entry.linkpath ?? '' }]
    case 'File':
    case 'OldFile':
      return [{ kind: 'file', ...attributes, ...content }]
    default:
      return [{ ...hardLinked(deb, entry, before), path }]
  }
}

/** A hard link becomes a second file: layers keep no inode numbers. */
function hardLinked(deb: string, entry: ReadEntry, before: readonly ArchiveEntry[]): ArchiveEntry {
  const linked = tarPath(entry.linkpath)
  const target = entry.type === 'Link' ? before.find((one) => one.path === linked) : undefined
  if (target?.kind !== 'file') throw damaged(deb)
  return target
}
