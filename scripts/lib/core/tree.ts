import type { BundledModule } from './bundled-modules.ts'

/** The only two modes a tree knows: what the git index knows of a file. */
export type Mode = 0o644 | 0o755

/** A regular file; `path` is relative, `/`-separated, without `.` and `..`; `size` in bytes, `sha256` in lower-case hex. */
export interface TreeFile {
  readonly path: string
  readonly mode: Mode
  readonly size: number
  readonly sha256: string
}

/** A symbolic link with its target as written. */
export interface TreeLink {
  readonly path: string
  readonly link: string
}

export type TreeEntry = TreeFile | TreeLink

/** What `dist/<tree>.json` holds: entries sorted by the bytes of their paths. */
export interface TreeListing {
  readonly schema: 1
  readonly files: readonly TreeEntry[]
}

/** A listing together with a way to its bytes; `read` hashes again and throws TREE_CHANGED (STATIC_CHANGED) on a difference. */
export interface Tree {
  readonly files: readonly TreeEntry[]
  read(file: TreeFile): Promise<Uint8Array>
}

export function isLink(entry: TreeEntry): entry is TreeLink {
  return 'link' in entry
}

/** Byte order of the UTF-8 form (not UTF-16 order, not the locale's). */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Entries sorted as every listing and archive wants them. */
export function sortEntries<T extends { readonly path: string }>(entries: Iterable<T>): T[] {
  return [...entries]
    .map((entry) => ({ entry, key: Buffer.from(entry.path) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ entry }) => entry)
}

/** The entries for which `keep` holds, with the same way to their bytes. */
export function filterTree(tree: Tree, keep: (path: string) => boolean): Tree {
  return { files: tree.files.filter((entry) => keep(entry.path)), read: (file) => tree.read(file) }
}

/** The same tree below another directory; `at` is relative, `''` changes nothing. */
export function placeTree(tree: Tree, at: string): Tree {
  if (at === '') return tree
  const prefix = `${at.replace(/\/$/, '')}/`
  const files = tree.files.map((entry) => ({ ...entry, path: prefix + entry.path }))
  return { files, read: (file) => tree.read({ ...file, path: file.path.slice(prefix.length) }) }
}

/** One tree from several, a later one replacing entries of an earlier one at the same path. */
export function mergeTrees(trees: readonly Tree[]): Tree {
  const owners = new Map<string, { entry: TreeEntry; tree: Tree }>()
  for (const tree of trees) for (const entry of tree.files) owners.set(entry.path, { entry, tree })
  return {
    files: sortEntries([...owners.values()].map(({ entry }) => entry)),
    read(file) {
      const owner = owners.get(file.path)
      if (owner === undefined) throw new Error(`not in this tree: ${file.path}`)
      return owner.tree.read(file)
    },
  }
}

/** THE truth: what the front ends left, and what the application's collect command made of everything. */
export interface StaticTree {
  /** Front ends' outputs at their places in the application tree. */
  readonly bundle: Tree
  /** What collecting left, relative to the static root; empty where the application does not collect. */
  readonly collected: Tree
  /** Packages of others whose code may be in the bundle. */
  readonly modules?: readonly BundledModule[]
}

/** The application as it is installed in every channel: `app` (sources with the bundle at its places) and `static`. */
export function installTree(app: Tree, staticTree: StaticTree): { readonly app: Tree; readonly static: Tree } {
  return { app: mergeTrees([app, staticTree.bundle]), static: staticTree.collected }
}
