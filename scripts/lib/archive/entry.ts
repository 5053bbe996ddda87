import { ReleaseError } from '../core/error.ts'
import { isLink, placeTree, sortEntries, type Tree } from '../core/tree.ts'

export { assertPaths } from './paths.ts'

interface Owned {
  readonly uid?: number
  readonly gid?: number
}

/** A regular file of an archive; `read` gives exactly `size` bytes, each time it is called. */
export interface FileEntry extends Owned {
  readonly kind: 'file'
  readonly path: string
  readonly mode: number
  readonly size: number
  read(): Promise<Uint8Array> | AsyncIterable<Uint8Array>
}

export interface DirectoryEntry extends Owned {
  readonly kind: 'directory'
  readonly path: string // without a slash at the end
  readonly mode: number
}

/** A symbolic link with its target as written. */
export interface LinkEntry extends Owned {
  readonly kind: 'link'
  readonly path: string
  readonly target: string
}

/** A member of an archive; paths are relative and `/`-separated, owner 0:0 unless said. */
export type ArchiveEntry = FileEntry | DirectoryEntry | LinkEntry

/** A file whose bytes are at hand. */
export function fileEntry(path: string, bytes: Uint8Array | string, mode: 0o644 | 0o755 = 0o644): FileEntry {
  const content = Buffer.from(bytes)
  return { kind: 'file', path, mode, size: content.length, read: async () => content }
}

/** The files and links of a tree, placed below `at`. */
export function treeEntries(tree: Tree, at = ''): ArchiveEntry[] {
  const placed = placeTree(tree, at)
  return placed.files.map((entry) =>
    isLink(entry)
      ? { kind: 'link', path: entry.path, target: entry.link }
      : { kind: 'file', path: entry.path, mode: entry.mode, size: entry.size, read: () => placed.read(entry) },
  )
}

/** The entries with every parent directory once, all sorted by the bytes of their paths, so parents come before children. */
export function withDirectories(entries: readonly ArchiveEntry[], mode = 0o755): ArchiveEntry[] {
  const known = new Set(entries.map((entry) => entry.path))
  const parents = new Set<string>()
  for (const { path } of entries) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at)
      if (parents.has(parent)) break
      parents.add(parent)
    }
  }
  const missing = [...parents].filter((path) => !known.has(path))
  return sortEntries([...entries, ...missing.map((path): DirectoryEntry => ({ kind: 'directory', path, mode }))])
}

/** A file's bytes, TREE_CHANGED if they are not as many as the entry says: the header is already written. */
export async function* contentOf(entry: FileEntry): AsyncIterable<Uint8Array> {
  const content = entry.read()
  let size = 0
  for await (const chunk of content instanceof Promise ? [await content] : content) {
    size += chunk.length
    if (size > entry.size) break
    yield chunk
  }
  if (size === entry.size) return
  const relation = size > entry.size ? 'more' : `${size}, fewer`
  throw new ReleaseError('TREE_CHANGED', `${entry.path} has ${relation} bytes than the ${entry.size} of its listing`, {
    hint: 'Run the stage that made this tree again.',
  })
}
