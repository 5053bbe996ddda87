import { createHash } from 'node:crypto'
import { type FileEntry, fileEntry } from '../lib/archive/entry.ts'
import { isLink, sortEntries, type Tree } from '../lib/core/tree.ts'

/** RECORD: path, sha256 in unpadded urlsafe base64, size; itself without both (binary distribution format). */
export async function recordEntry(files: readonly FileEntry[], distInfo: string): Promise<FileEntry> {
  const rows: string[] = []
  for (const file of files) rows.push(`${quoted(file.path)},sha256=${await digestOf(file)},${file.size}`)
  const path = `${distInfo}/RECORD`
  return fileEntry(path, `${[...rows, `${quoted(path)},,`].join('\n')}\n`)
}

async function digestOf(file: FileEntry): Promise<string> {
  const hash = createHash('sha256')
  const content = file.read()
  for await (const chunk of content instanceof Promise ? [await content] : content) hash.update(chunk)
  return hash.digest('base64url')
}

function quoted(path: string): string {
  return /[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path
}

/** The order of members: the package by path bytes, then dist-info by path bytes. */
export function wheelOrder(files: readonly FileEntry[], distInfo: string): readonly FileEntry[] {
  const info = (file: FileEntry): boolean => file.path.startsWith(`${distInfo}/`)
  return [...sortEntries(files.filter((file) => !info(file))), ...sortEntries(files.filter(info))]
}

/** A tree's files below `at`, links replaced by copies of what they name: a wheel holds files only. */
export function copiedEntries(tree: Tree, at: string): readonly FileEntry[] {
  const files = new Map(tree.files.flatMap((entry) => (isLink(entry) ? [] : [[entry.path, entry] as const])))
  return tree.files.flatMap((entry) => {
    const file = isLink(entry) ? files.get(targetOf(entry.path, entry.link)) : entry
    if (file === undefined) return []
    const { mode, size } = file
    return [{ kind: 'file', path: `${at}/${entry.path}`, mode, size, read: () => tree.read(file) } satisfies FileEntry]
  })
}

function targetOf(path: string, link: string): string {
  return new URL(link, `file:///${path}`).pathname.slice(1)
}
