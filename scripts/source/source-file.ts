import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Mode } from '../lib/core/tree.ts'

/** A file of the source before it is written; `kind: link` has its target as bytes. */
export interface SourceFile {
  readonly path: string
  readonly kind: 'file' | 'link'
  readonly mode: Mode
}

/** Files together with their bytes, in the same order. */
export interface SourceBytes {
  readonly files: readonly SourceFile[]
  bytes(): AsyncIterable<Uint8Array>
}

// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: the first line of a pointer file.
const LFS_POINTER = 'version https://git-lfs.github.com/spec/v1\n'

/** Writes files into a new folder, modes as listed whatever the umask; gives a sentence for each LFS pointer. */
export async function writeFiles(dir: string, source: SourceBytes): Promise<readonly string[]> {
  await mkdir(dir, { recursive: true })
  const pointers: string[] = []
  let index = 0
  for await (const bytes of source.bytes()) {
    const file = source.files[index++]
    if (file === undefined) break
    if (Buffer.from(bytes.subarray(0, LFS_POINTER.length)).toString() === LFS_POINTER) {
      pointers.push(`${file.path} is a pointer of Git LFS, not the file`)
    }
    await writeOne(join(dir, file.path), file, bytes)
  }
  return pointers
}

async function writeOne(path: string, file: SourceFile, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  if (file.kind === 'link') return symlink(Buffer.from(bytes).toString(), path)
  await writeFile(path, bytes)
  await chmod(path, file.mode)
}
