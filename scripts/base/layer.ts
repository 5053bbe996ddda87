import { type ArchiveEntry, fileEntry, withDirectories } from '../lib/archive/entry.ts'
import { resolvePath, type ViewEntry } from '../lib/core/base.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { LockedPackage } from '../lib/core/lock-file.ts'
import type { DebFile } from './deb-file.ts'
import { emulatedFiles } from './emulation.ts'
import { isKept } from './file-rules.ts'

/** A package of a layer with what is inside. */
export interface UnpackedPackage {
  readonly locked: LockedPackage
  readonly deb: DebFile
}

/** A layer before it is packed, and everything that is visible when it lies on those below. */
export interface AssembledLayer {
  readonly entries: readonly ArchiveEntry[]
  readonly view: ReadonlyMap<string, ViewEntry>
}

/** One layer from packages sorted by name: their files at their real places, dpkg's records, and what scripts would make. */
export async function assembleLayer(
  packages: readonly UnpackedPackage[],
  below: ReadonlyMap<string, ViewEntry>,
): Promise<AssembledLayer> {
  const { placed, known } = placePackages(packages, below)
  const isPlaced = (path: string): boolean => placed.has(resolvePath(known, path))
  for (const { locked, deb } of packages)
    for (const entry of dpkgRecords(locked, deb, isPlaced)) placed.set(entry.path, entry)
  for (const entry of await emulatedFiles(placed, below.size === 0)) placed.set(entry.path, entry)
  const entries = withDirectories([...placed.values()]).map((entry) => asBelow(entry, placed, below))
  const view = new Map(below)
  for (const entry of entries) view.set(entry.path, viewEntry(entry))
  return { entries, view }
}

/** Paths through the links of all layers, such as lib -> usr/lib: a folder in the place of a link would hide the loader. */
function placePackages(
  packages: readonly UnpackedPackage[],
  below: ReadonlyMap<string, ViewEntry>,
): { readonly placed: Map<string, ArchiveEntry>; readonly known: ReadonlyMap<string, ViewEntry> } {
  const own = packages.flatMap(({ deb }) => deb.entries)
  const all = below.size === 0 ? [...own, ...mergedLinks(own)] : own
  const links = all.filter((entry) => entry.kind === 'link').map((entry) => [entry.path, entry] as const)
  const known = new Map<string, ViewEntry>([...below, ...links])
  const placed = new Map<string, ArchiveEntry>()
  const kept = all.map((entry) => ({ ...entry, path: resolvePath(known, entry.path) })).filter(isKept)
  for (const entry of kept.filter(({ kind }) => kind !== 'directory')) {
    if (placed.has(entry.path)) throw overwritten(entry.path)
    placed.set(entry.path, entry)
  }
  for (const entry of kept.filter(({ kind }) => kind === 'directory')) {
    if (!placed.has(entry.path) && !below.has(entry.path)) placed.set(entry.path, entry) // the first one's mode
  }
  return { placed, known }
}

const MERGED = ['bin', 'sbin', 'lib']
const MERGED_WHERE_USED = ['lib32', 'lib64', 'libx32'] // of some machines only

/** Until Debian 12 the installer made the links of the merged /usr (Debian Policy 9.1.1); later base-files brings them. */
function mergedLinks(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  const linked = new Set(entries.filter(({ kind }) => kind === 'link').map(({ path }) => path))
  const used = MERGED_WHERE_USED.filter((name) => entries.some(({ path }) => path.startsWith(`${name}/`)))
  const names = [...MERGED, ...used].filter((name) => !linked.has(name))
  return names.map((name) => ({ kind: 'link', path: name, target: `usr/${name}` }))
}

/** A parent folder that a lower layer has already keeps the lower one's mode and owner. */
function asBelow(
  entry: ArchiveEntry,
  own: ReadonlyMap<string, ArchiveEntry>,
  below: ReadonlyMap<string, ViewEntry>,
): ArchiveEntry {
  const lower = below.get(entry.path)
  return !own.has(entry.path) && lower?.kind === 'directory' ? lower : entry
}

/** One node of a merged view. */
export function viewEntry(entry: ArchiveEntry): ViewEntry {
  if (entry.kind === 'link') return { kind: 'link', path: entry.path, target: entry.target }
  const { kind, path, mode, uid = 0, gid = 0 } = entry
  return { kind, path, mode, uid, gid }
}

/** What scanners read: a control file per package, so that no layer rewrites another's list. */
function dpkgRecords({ name }: LockedPackage, deb: DebFile, isPlaced: (path: string) => boolean): ArchiveEntry[] {
  const status = deb.control.replace(/^Package:.*$/m, (line) => `${line}\nStatus: install ok installed`)
  const sums = deb.md5sums.split('\n').filter((line) => line !== '' && isPlaced(line.slice(34))) // 32 digits, two blanks, path
  return [
    fileEntry(`var/lib/dpkg/status.d/${name}`, status),
    fileEntry(`var/lib/dpkg/status.d/${name}.md5sums`, sums.map((line) => `${line}\n`).join('')),
  ]
}

function overwritten(path: string): ReleaseError {
  return new ReleaseError('DEPS_UNRESOLVED', `two packages of the image base bring ${path}`, {
    hint: 'Please report it with your slipway.lock.',
  })
}
