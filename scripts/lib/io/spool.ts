import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Spooled } from '../core/format.ts'
import { writeBeside } from './files.ts'

/** Keeps bytes in a file of `dir`, measured while they pass. */
export async function spoolTo(dir: string, bytes: AsyncIterable<Uint8Array>): Promise<Spooled> {
  const path = join(dir, randomBytes(8).toString('hex'))
  const hash = createHash('sha256')
  let size = 0
  async function* measured(): AsyncIterable<Uint8Array> {
    for await (const chunk of bytes) {
      hash.update(chunk)
      size += chunk.length
      yield chunk
    }
  }
  await writeBeside(path, measured())
  return { size, sha256: hash.digest('hex'), open: () => createReadStream(path) }
}

/** Spools an existing file that somebody else keeps. */
export function spooledFile(path: string, measured: { readonly size: number; readonly sha256: string }): Spooled {
  return { ...measured, open: () => createReadStream(path) }
}
