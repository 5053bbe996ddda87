import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ReleaseError } from '../lib/core/error.ts'
import { pipe } from '../lib/io/run.ts'

/** One of the archives inside a .deb, by its place there. */
export interface Member {
  readonly name: string // data.tar.xz
  readonly start: number
  readonly size: number
}

const MAGIC = '!<arch>\n'
const HEADER = 60

/** The members of a .deb; ar(5), common format: a magic line, then 60-byte headers and contents padded to even offsets. */
export async function readMembers(deb: string, path: string): Promise<readonly Member[]> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if ((await textAt(file, 0, MAGIC.length)) !== MAGIC) throw damaged(deb)
    const members: Member[] = []
    for (let at = MAGIC.length; at + HEADER <= size; ) {
      const found = parseHeader(await textAt(file, at, HEADER), at + HEADER)
      if (found === undefined || found.start + found.size > size) throw damaged(deb)
      members.push(found)
      at = found.start + found.size + (found.size % 2)
    }
    return members
  } finally {
    await file.close()
  }
}

async function textAt(file: FileHandle, at: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
  return buffer.toString('latin1', 0, bytesRead)
}

function parseHeader(header: string, start: number): Member | undefined {
  const size = Number(header.slice(48, 58)) // ar_size
  if (header.slice(58) !== '`\n' || !Number.isInteger(size)) return undefined // ar_fmag
  return { name: header.slice(0, 16).trim().replace(/\/$/, ''), start, size } // ar_name
}

/** The tar inside the member `name`, such as `data.tar`; gzip and zstd are left to node-tar, which undoes them itself. */
export async function* openMember(
  deb: string,
  path: string,
  members: readonly Member[],
  name: string,
): AsyncIterable<Uint8Array> {
  const found = members.find((one) => one.name === name || one.name.startsWith(`${name}.`))
  if (found === undefined || found.size === 0) throw damaged(deb)
  const bytes = createReadStream(path, { start: found.start, end: found.start + found.size - 1 })
  yield* found.name.endsWith('.xz') ? pipe(['xz', '-dc'], bytes) : bytes
}

/** The refusal of a package that is no .deb, or not one that goes into an image. */
export function damaged(deb: string, cause?: unknown): ReleaseError {
  return new ReleaseError('HASH_MISMATCH', `${deb} is not a package that can be unpacked`, {
    hint: 'Run `slipway lock` to take another version of it.',
    cause,
  })
}
