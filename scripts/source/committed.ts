import { type GitEntry, listTree, missingObjects, readBlobs } from './git-objects.ts'
import type { SourceFile } from './source-file.ts'
import type { SourceList } from './source-list.ts'

const LINK = '120000'
const SUBMODULE = '160000'

/** The project's files at a commit, from git objects alone: index modes, links kept, the working tree not looked at. */
export async function committedFiles(checkout: string, commit: string, project: string): Promise<SourceList> {
  const tree = project === '' ? commit : `${commit}:${project}`
  const [entries, missing] = await Promise.all([listTree(checkout, tree), missingObjects(checkout, tree)])
  const blobs = entries.filter((entry) => entry.mode !== SUBMODULE)
  const there = blobs.filter((entry) => !missing.has(entry.oid))
  const oids = there.map((entry) => entry.oid)
  return {
    files: there.map(sourceFile),
    bytes: () => readBlobs(checkout, oids),
    refusals: submodules(entries),
    absent: blobs.filter((entry) => missing.has(entry.oid)).map((entry) => entry.path),
  }
}

/** How git's mode is written to disk. */
export function sourceFile({ path, mode }: Pick<GitEntry, 'path' | 'mode'>): SourceFile {
  return { path, kind: mode === LINK ? 'link' : 'file', mode: mode === '100755' ? 0o755 : 0o644 }
}

/** A sentence for each submodule. */
export function submodules(entries: readonly GitEntry[]): readonly string[] {
  return entries.filter((entry) => entry.mode === SUBMODULE).map((entry) => `${entry.path} is a submodule`)
}
