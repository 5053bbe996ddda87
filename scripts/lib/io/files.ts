import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ReleaseError } from '../core/error.ts'
import { atExit } from './interrupt.ts'

/** Writes bytes beside `path` and renames when they are all there; folders are made, nothing half-written stays. */
export async function writeBeside(path: string, bytes: AsyncIterable<Uint8Array> | Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${randomBytes(4).toString('hex')}.part`
  const forget = atExit(() => rm(beside, { force: true }))
  const source = typeof bytes === 'string' || bytes instanceof Uint8Array ? [bytes] : bytes
  try {
    await pipeline(Readable.from(source, { objectMode: false }), createWriteStream(beside, { mode: 0o644 }))
    await rename(beside, path)
  } finally {
    await rm(beside, { force: true })
    forget()
  }
}

/** JSON with two spaces and a final newline, written beside and renamed. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeBeside(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** A stage's JSON; STAGE_MISSING names the command that makes it, another `schema` is refused. */
export async function readStageJson<T extends { readonly schema: number }>(path: string, stage: string): Promise<T> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ReleaseError('STAGE_MISSING', `${path} is not there`, { hint: `Run \`slipway ${stage}\` first.`, cause })
  })
  const value: T = JSON.parse(text)
  if (value.schema !== 1) {
    throw new ReleaseError('STAGE_MISSING', `${path} has schema ${value.schema}, this Slipway reads 1`, {
      hint: `Run \`slipway ${stage}\` again with this version.`,
    })
  }
  return value
}

/** Size and sha256 (lower-case hex) of a file on disk. */
export async function measureFile(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, sha256: hash.digest('hex') }
}

/** NO_SPACE unless `bytes` more fit on the file system of `dir`. */
export async function assertFreeSpace(dir: string, bytes: number): Promise<void> {
  await mkdir(dir, { recursive: true })
  const { bavail, bsize } = await statfs(dir)
  if (bavail * bsize >= bytes) return
  const [need, free] = [bytes, bavail * bsize].map((n) => `${Math.ceil(n / 2 ** 20)} MiB`)
  throw new ReleaseError('NO_SPACE', `${dir} has ${free} free, ${need} are needed`, {
    hint: 'Free space there, or choose another folder with --out.',
  })
}
