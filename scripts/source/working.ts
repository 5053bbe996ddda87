import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import { sortEntries } from '../lib/core/tree.ts'
import { sourceFile, submodules } from './committed.ts'
import { listIndex, listUntracked } from './git-objects.ts'
import type { SourceFile } from './source-file.ts'
import type { SourceList } from './source-list.ts'

// What a folder without git may hold that nobody wrote.
const MADE = new Set(['.git', '.hg', '.svn', 'node_modules', '__pycache__', '.venv', 'venv', '.tox'])

/** The files that lie in a folder: what git tracks or does not ignore, or all of it where there is no git. */
export async function workingFiles(folder: string, hasGit: boolean, out: string): Promise<SourceList> {
  const listed = hasGit ? await filesOfGit(folder) : { files: await filesOfFolder(folder, out), refusals: [] }
  const files = sortEntries(listed.files)
  return { files, bytes: () => readAll(folder, files), refusals: listed.refusals, absent: [] }
}

async function filesOfGit(folder: string): Promise<Pick<SourceList, 'files' | 'refusals'>> {
  const tracked = await listIndex(folder)
  const untracked = await listUntracked(folder)
  const files: SourceFile[] = []
  for (const entry of tracked) {
    const onDisk = entry.mode === '160000' ? undefined : await lookAt(folder, entry.path)
    if (onDisk !== undefined) files.push({ ...sourceFile(entry), kind: onDisk.kind })
  }
  for (const path of untracked) {
    const onDisk = await lookAt(folder, path)
    if (onDisk !== undefined) files.push(onDisk)
  }
  return { files, refusals: submodules(tracked) }
}

async function filesOfFolder(folder: string, out: string): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = []
  const visit = async (dir: string): Promise<void> => {
    for (const name of await readdir(dir, { withFileTypes: true })) {
      const absolute = join(dir, name.name)
      if (absolute === out || MADE.has(name.name)) continue
      if (name.isDirectory()) await visit(absolute)
      else files.push(await known(folder, relative(folder, absolute)))
    }
  }
  await visit(folder)
  return files
}

async function known(folder: string, path: string): Promise<SourceFile> {
  const file = await lookAt(folder, path)
  if (file !== undefined) return file
  const hint = 'Remove it: only files, folders and links can be released.'
  throw new ReleaseError('PATH_REFUSED', `${path} is neither a file nor a link`, { hint })
}

/** Kind and mode on disk; nothing for what is not there. */
async function lookAt(folder: string, path: string): Promise<SourceFile | undefined> {
  const status = await lstat(join(folder, path)).catch(() => undefined)
  if (status?.isSymbolicLink() === true) return { path, kind: 'link', mode: 0o644 }
  if (status?.isFile() !== true) return undefined
  return { path, kind: 'file', mode: (status.mode & 0o100) === 0 ? 0o644 : 0o755 }
}

async function* readAll(folder: string, files: readonly SourceFile[]): AsyncIterable<Uint8Array> {
  for (const { path, kind } of files) {
    yield kind === 'link' ? Buffer.from(await readlink(join(folder, path))) : await readFile(join(folder, path))
  }
}
