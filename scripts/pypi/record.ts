import { createHash } from 'node:crypto'
import { contentOf, type FileEntry, fileEntry } from '../lib/archive/entry.ts'
import { sortEntries } from '../lib/core/tree.ts'

/** The members of a wheel in their order, packages before dist-info and each by path bytes, RECORD last (binary distribution format). */
export async function withRecord(files: readonly FileEntry[], distInfo: string): Promise<readonly FileEntry[]> {
  const info = (file: FileEntry): boolean => file.path.startsWith(`${distInfo}/`)
  const ordered = [...sortEntries(files.filter((file) => !info(file))), ...sortEntries(files.filter(info))]
  return [...ordered, await recordEntry(ordered, `${distInfo}/RECORD`)]
}

/** Path, sha256 in unpadded urlsafe base64, size; for RECORD itself the path alone. */
async function recordEntry(files: readonly FileEntry[], path: string): Promise<FileEntry> {
  const rows: string[] = []
  for (const file of files) rows.push(`${quoted(file.path)},sha256=${await digestOf(file)},${file.size}`)
  return fileEntry(path, `${[...rows, `${quoted(path)},,`].join('\n')}\n`)
}

async function digestOf(file: FileEntry): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of contentOf(file)) hash.update(chunk)
  return hash.digest('base64url')
}

function quoted(path: string): string {
  return /[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path
}
