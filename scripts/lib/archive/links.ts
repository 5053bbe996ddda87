import { posix } from 'node:path'
import { ReleaseError } from '../core/error.ts'
import type { ArchiveEntry, FileEntry, LinkEntry } from './entry.ts'

/** Files alone: every link replaced by copies of what it names, also through other links; PATH_REFUSED for those that name nothing here. */
export function linksAsCopies(entries: readonly ArchiveEntry[]): FileEntry[] {
  const tree = new Map(entries.map((entry) => [entry.path, entry]))
  const loose: LinkEntry[] = []
  const files = entries.flatMap((entry) => {
    if (entry.kind === 'directory') return []
    if (entry.kind === 'file') return [entry]
    const copies = filesAt(entry.path, tree, [])
    if (copies.length === 0) loose.push(entry)
    return copies
  })
  if (loose.length === 0) return files
  const list = loose.map(({ path, target }) => `${path} -> ${target}`).join(', ')
  throw new ReleaseError('PATH_REFUSED', `links to nothing that could be copied in their place: ${list}`, {
    hint: 'Include what they point at, or leave them out.',
  })
}

/** What reading `path` gives: the file itself, or the files below it, under that name. */
function filesAt(path: string, tree: ReadonlyMap<string, ArchiveEntry>, followed: readonly string[]): FileEntry[] {
  const real = resolved(path, tree, followed)
  if (real === undefined) return []
  const { at, followed: links } = real
  const entry = tree.get(at)
  if (entry?.kind === 'file') return [{ ...entry, path }]
  const below = [...tree.keys()].filter((key) => key.startsWith(`${at}/`))
  return below.flatMap((key) =>
    filesAt(key, tree, links).map((file) => ({ ...file, path: path + file.path.slice(at.length) })),
  )
}

/** Where a path lies when the links among its parts are followed; nothing outside the archive and in a circle. */
function resolved(
  path: string,
  tree: ReadonlyMap<string, ArchiveEntry>,
  followed: readonly string[],
): { readonly at: string; readonly followed: readonly string[] } | undefined {
  const parts = path.split('/')
  const heads = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  const link = heads.map((head) => tree.get(head)).find((entry) => entry?.kind === 'link')
  if (link === undefined) return { at: path, followed }
  const target = posix.join(posix.dirname(link.path), link.target, path.slice(link.path.length)).replace(/\/$/, '')
  const outside = posix.isAbsolute(link.target) || target === '..' || target.startsWith('../')
  return outside || followed.includes(link.path) ? undefined : resolved(target, tree, [...followed, link.path])
}
