import { Parser, type ReadEntry } from 'tar'
import { streamOf } from '../lib/archive/bytes.ts'
import type { ArchiveEntry } from '../lib/archive/entry.ts'
import { ReleaseError } from '../lib/core/error.ts'
import { pipe } from '../lib/io/run.ts'
import { type Contents, contents } from './contents.ts'

/** A binary package, read into memory (deb(5)). */
export interface DebFile {
  readonly control: string // the control file, verbatim
  readonly md5sums: string
  readonly entries: readonly ArchiveEntry[]
  readonly newest: number // latest modification time inside, in seconds
}

/** Reads a .deb, its large files into `scratch` where that is given; devices, names that climb out and unknown compressions are refused. */
export async function readDeb(name: string, bytes: Buffer, scratch?: string): Promise<DebFile> {
  const members = readAr(name, bytes)
  const control = await readTar(name, member(name, members, 'control.tar'))
  const data = await readTar(name, member(name, members, 'data.tar'), scratch)
  const text = async (path: string): Promise<string> => {
    const entry = control.entries.find((one) => one.kind === 'file' && one.path === path)
    return entry?.kind === 'file' ? Buffer.from((await entry.read()) as Uint8Array).toString() : ''
  }
  return { control: await text('control'), md5sums: await text('md5sums'), ...data }
}

interface Member {
  readonly name: string
  readonly bytes: Buffer
}

// ar(5), common format: a magic line, then 60-byte headers and contents padded to even offsets
function readAr(deb: string, bytes: Buffer): Member[] {
  if (bytes.toString('latin1', 0, 8) !== '!<arch>\n') throw damaged(deb)
  const members: Member[] = []
  for (let at = 8; at + 60 <= bytes.length; ) {
    const size = Number(bytes.toString('latin1', at + 48, at + 58)) // ar_size
    const whole = bytes.toString('latin1', at + 58, at + 60) === '`\n' && at + 60 + size <= bytes.length // ar_fmag
    if (!whole) throw damaged(deb)
    const name = bytes
      .toString('latin1', at, at + 16)
      .trim()
      .replace(/\/$/, '') // ar_name
    members.push({ name, bytes: bytes.subarray(at + 60, at + 60 + size) })
    at += 60 + size + (size % 2)
  }
  return members
}

function member(deb: string, members: readonly Member[], name: string): Member {
  const found = members.find((one) => one.name === name || one.name.startsWith(`${name}.`))
  if (found === undefined) throw damaged(deb)
  return found
}

function decompressed({ name, bytes }: Member): AsyncIterable<Uint8Array> {
  return name.endsWith('.xz') ? pipe(['xz', '-dc'], streamOf(bytes)) : streamOf(bytes)
}

/** The entries of a member; the parser itself undoes gzip and zstd. */
async function readTar(
  deb: string,
  found: Member,
  scratch?: string,
): Promise<{ entries: ArchiveEntry[]; newest: number }> {
  const entries: ArchiveEntry[] = []
  let newest = 0
  const failures: unknown[] = []
  const onReadEntry = (entry: ReadEntry): void => {
    newest = Math.max(newest, Math.floor((entry.mtime?.getTime() ?? 0) / 1000))
    const content = contents(entry.size, scratch)
    entry.on('data', (chunk) => content.add(chunk))
    entry.on('end', () => {
      try {
        entries.push(...archiveEntry(deb, entry, content.done(), entries))
      } catch (cause) {
        failures.push(cause)
      }
    })
  }
  const parser = new Parser({ strict: true, onReadEntry })
  const ended = new Promise<unknown>((resolve) => {
    parser.on('end', () => resolve(failures[0]))
    parser.on('error', resolve)
  })
  for await (const chunk of decompressed(found)) parser.write(Buffer.from(chunk))
  parser.end()
  const failure = await ended
  if (failure !== undefined) throw failure instanceof ReleaseError ? failure : damaged(deb, failure)
  return { entries, newest }
}

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

function damaged(deb: string, cause?: unknown): ReleaseError {
  return new ReleaseError('HASH_MISMATCH', `${deb} is not a package that can be unpacked`, {
    hint: 'Run `slipway lock` to take another version of it.',
    cause,
  })
}
