import { type ArMember, ar } from '../lib/archive/ar.ts'
import { streamOf } from '../lib/archive/bytes.ts'
import { measured } from '../lib/archive/digest.ts'
import { type ArchiveEntry, contentOf, fileEntry, withDirectories } from '../lib/archive/entry.ts'
import { tar } from '../lib/archive/tar.ts'
import type { Work } from '../lib/core/format.ts'
import { comparePaths } from '../lib/core/tree.ts'
import { type ControlFields, renderControl } from './control.ts'

/** A binary package, ready to be written: its fields but for the size, maintainer scripts, and files. */
export interface BinaryPackage {
  readonly asset: string
  readonly fields: Omit<ControlFields, 'Installed-Size'>
  readonly scripts: readonly ArchiveEntry[]
  readonly files: readonly ArchiveEntry[]
}

/** Writes a .deb, deb(5): `debian-binary`, `control.tar.xz`, `data.tar.xz`, all with the commit's time and owned by root. */
export async function writePackage(work: Work, level: number, binary: BinaryPackage): Promise<void> {
  const entries = withDirectories(binary.files)
  const sums = new Map<string, string>()
  const data = await work.spool(
    xz(
      work,
      level,
      entries.map((entry) => summed(entry, sums)),
    ),
  )
  const control = await work.spool(xz(work, level, withDirectories(controlEntries(binary, entries, sums))))
  const members: readonly ArMember[] = [
    { name: 'debian-binary', size: 4, open: () => streamOf(Buffer.from('2.0\n')) }, // format version
    { name: 'control.tar.xz', size: control.size, open: () => control.open() },
    { name: 'data.tar.xz', size: data.size, open: () => data.open() },
  ]
  await work.write(binary.asset, ar(members, work.facts.epoch))
}

/** One stream of fixed blocks: dpkg refuses several streams, and the number of threads must not show in the bytes. */
function xz(work: Work, level: number, entries: readonly ArchiveEntry[]): AsyncIterable<Uint8Array> {
  const archive = tar(entries, { dialect: 'gnu', prefix: './', owner: 'root', epoch: work.facts.epoch })
  return work.pipe(['xz', '--threads=2', '--block-size=4MiB', `-${level}`, '--check=crc64', '--stdout'], archive)
}

/** The same entry, its MD5 noted when it is read into the archive. */
function summed(entry: ArchiveEntry, sums: Map<string, string>): ArchiveEntry {
  if (entry.kind !== 'file') return entry
  async function* read(file: typeof entry & { kind: 'file' }): AsyncIterable<Uint8Array> {
    const stream = measured(contentOf(file), ['md5'])
    yield* stream.bytes
    sums.set(file.path, stream.result().hex('md5'))
  }
  return { ...entry, read: () => read(entry) }
}

function controlEntries(
  { fields, scripts }: BinaryPackage,
  entries: readonly ArchiveEntry[],
  sums: ReadonlyMap<string, string>,
): readonly ArchiveEntry[] {
  const control = renderControl({ ...fields, 'Installed-Size': String(installedSize(entries)) })
  return [fileEntry('control', control), fileEntry('md5sums', renderSums(sums)), ...scripts]
}

/** deb-md5sums(5): digest, two blanks, path without a slash in front. */
function renderSums(sums: ReadonlyMap<string, string>): string {
  return [...sums.keys()]
    .sort(comparePaths)
    .map((path) => `${sums.get(path)}  ${path}\n`)
    .join('')
}

/** In KiB, each file rounded up, one for everything else (deb-substvars(5), "Installed-Size"). */
function installedSize(entries: readonly ArchiveEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? Math.ceil(entry.size / 1024) : 1), 0)
}
