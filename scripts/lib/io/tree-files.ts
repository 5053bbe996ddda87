import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type ErrorCode, ReleaseError } from '../core/error.ts'
import {
  isLink,
  type Mode,
  sortEntries,
  type Tree,
  type TreeEntry,
  type TreeFile,
  type TreeListing,
} from '../core/tree.ts'
import { readStageJson, writeJson } from './files.ts'
import { atExit, interrupted } from './interrupt.ts'

/** Lists a folder: every file hashed, links kept; a file is 755 when its owner may execute it. */
export async function measureTree(dir: string): Promise<TreeListing> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true })
  const entries: TreeEntry[] = []
  for (const name of names) {
    if (name.isDirectory()) continue
    const absolute = join(name.parentPath, name.name)
    entries.push(await measureEntry(absolute, absolute.slice(dir.length + 1)))
  }
  return { schema: 1, files: sortEntries(entries) }
}

async function measureEntry(absolute: string, path: string): Promise<TreeEntry> {
  const status = await lstat(absolute)
  if (status.isSymbolicLink()) return { path, link: await readlink(absolute) }
  if (!status.isFile()) {
    const hint = 'Remove it: only files, folders and links can be released.'
    throw new ReleaseError('PATH_REFUSED', `${path} is neither a file nor a link`, { hint })
  }
  const bytes = await readFile(absolute)
  const mode: Mode = (status.mode & 0o100) === 0 ? 0o644 : 0o755
  return { path, mode, size: bytes.length, sha256: sha256(bytes) }
}

/** A listing over a folder; `read` hashes what it reads and throws `changed` on a difference. */
export function openTree(dir: string, listing: TreeListing, changed: ErrorCode = 'TREE_CHANGED'): Tree {
  return {
    files: listing.files,
    async read(file: TreeFile) {
      const bytes = await readFile(join(dir, file.path)).catch((cause: unknown) => {
        throw changedError(changed, file.path, 'is gone', cause)
      })
      if (sha256(bytes) !== file.sha256) throw changedError(changed, file.path, 'has other bytes than its listing')
      return bytes
    },
  }
}

function changedError(code: ErrorCode, path: string, what: string, cause?: unknown): ReleaseError {
  return new ReleaseError(code, `${path} ${what}`, {
    hint: 'Nothing may write into dist/ between stages: run the stage that made it again.',
    cause,
  })
}

/** Writes a tree into a folder that does not exist yet, complete or not at all. */
export async function writeTree(dir: string, tree: Tree): Promise<void> {
  const beside = `${dir}.part`
  const remove = (): Promise<void> => rm(beside, { recursive: true, force: true })
  const forget = atExit(remove)
  await remove()
  try {
    await mkdir(beside, { recursive: true })
    for (const entry of tree.files) {
      interrupted.throwIfAborted()
      await writeEntry(join(beside, entry.path), entry, tree)
    }
    await rm(dir, { recursive: true, force: true })
    await rename(beside, dir)
  } finally {
    await remove()
    forget()
  }
}

async function writeEntry(path: string, entry: TreeEntry, tree: Tree): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  if (isLink(entry)) return symlink(entry.link, path)
  await writeFile(path, await tree.read(entry))
  await chmod(path, entry.mode)
}

/** Saves a stage's tree: the folder `<out>/<name>` and its listing `<out>/<name>.json`. */
export async function saveTree(out: string, name: string, tree: Tree): Promise<void> {
  await rm(join(out, `${name}.json`), { force: true })
  await writeTree(join(out, name), tree)
  await writeJson(join(out, `${name}.json`), { schema: 1, files: tree.files } satisfies TreeListing)
}

/** A tree that a stage saved; STAGE_MISSING names the stage. */
export async function loadTree(out: string, name: string, stage: string): Promise<Tree> {
  const listing = await readStageJson<TreeListing>(join(out, `${name}.json`), stage)
  return openTree(join(out, name), listing)
}

/** A tree held in memory, from path to bytes; for overlays, tests and generated files. */
export function memoryTree(files: Readonly<Record<string, Uint8Array | string>>, mode: Mode = 0o644): Tree {
  const bytes = new Map(Object.entries(files).map(([path, data]) => [path, Buffer.from(data)]))
  const entries = [...bytes].map(([path, data]) => ({ path, mode, size: data.length, sha256: sha256(data) }))
  return {
    files: sortEntries(entries),
    async read(file) {
      const data = bytes.get(file.path)
      if (data === undefined) throw new Error(`not in this tree: ${file.path}`)
      return data
    },
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
