import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gzip } from '../lib/archive/gzip.ts'
import { declaredFiles } from './outputs.ts'

/** Makes every `.gz` of a folder again from the file beside it, with our own gzip; gives how many `.br` files it took away. */
export async function compressAgain(folder: string): Promise<number> {
  const paths = new Set(await declaredFiles(folder, ['**']))
  const twins = (suffix: string): string[] =>
    [...paths].filter((path) => path.endsWith(suffix) && paths.has(path.slice(0, -suffix.length)))
  // Another zlib gives other bytes, and a brotli appears only where some package is importable.
  for (const path of twins('.gz')) {
    const plain = createReadStream(join(folder, path.slice(0, -3)))
    await pipeline(Readable.from(gzip(plain, 6), { objectMode: false }), createWriteStream(join(folder, path)))
  }
  const brotli = twins('.br')
  for (const path of brotli) await rm(join(folder, path))
  return brotli.length
}
