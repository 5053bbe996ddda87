import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../core/error.ts'
import { measureFile, writeBeside } from './files.ts'

/** A file of the content-addressed cache: downloaded once, its sha256 checked on every use; gives its path. */
export async function cachedFile(
  cache: string,
  sha256: string,
  name: string,
  open: () => Promise<AsyncIterable<Uint8Array>>,
): Promise<string> {
  const path = join(cache, 'sha256', sha256)
  if (!(await isIntact(path, sha256))) await writeBeside(path, verified(await open(), sha256, name))
  return path
}

async function isIntact(path: string, sha256: string): Promise<boolean> {
  const known = await stat(path).catch(() => undefined)
  return known !== undefined && (await measureFile(path)).sha256 === sha256
}

async function* verified(bytes: AsyncIterable<Uint8Array>, sha256: string, name: string): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('hex') === sha256) return
  throw new ReleaseError('HASH_MISMATCH', `${name} does not have the locked sha256 ${sha256}`, {
    hint: 'Somebody changed the file on the server, or a proxy answered: do not use it before you know why.',
  })
}
