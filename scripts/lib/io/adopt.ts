import { chmod, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isLink, type TreeEntry } from '../core/tree.ts'
import { measureTree } from './tree-files.ts'

/** Makes a finished folder a stage's: measured, its modes set to the listing's two, renamed to its place. */
export async function adoptFolder(from: string, to: string): Promise<readonly TreeEntry[]> {
  const { files } = await measureTree(from)
  for (const file of files) if (!isLink(file)) await chmod(join(from, file.path), file.mode)
  await rm(to, { recursive: true, force: true })
  await rename(from, to)
  return files
}
