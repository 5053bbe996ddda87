import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'
import { inBlocks } from './bytes.ts'

const BLOCK = 2 ** 20
const WINDOW = 2 ** 15 // RFC 1951: how far back a match may reach
const AHEAD = 5 // blocks in work at one time: one more than libuv has threads; the number changes no byte

const LENT = AHEAD + 2 // with the one before, whose end is a dictionary, and the one that waits for its successor

const compress = promisify<Uint8Array, import('node:zlib').ZlibOptions, Uint8Array>(deflateRaw)

/** A gzip stream (RFC 1952) whose bytes follow from the input and the level alone: compressed in fixed blocks on all cores. */
export async function* gzip(bytes: AsyncIterable<Uint8Array>, level = 6): AsyncIterable<Uint8Array> {
  let crc = 0
  let size = 0
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of bytes) {
      crc = crc32(chunk, crc)
      size += chunk.length
      yield chunk
    }
  }
  yield gzipHeader(level)
  yield* deflated(counted(), level)
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0) // CRC32
  trailer.writeUInt32LE(size % 2 ** 32, 4) // ISIZE
  yield trailer
}

function gzipHeader(level: number): Uint8Array {
  const header = Buffer.alloc(10)
  header.writeUInt16BE(0x1f8b, 0) // ID1, ID2
  header.writeUInt8(8, 2) // CM: deflate
  header.writeUInt8(0, 3) // FLG: no name, no extra field
  header.writeUInt32LE(0, 4) // MTIME: none
  header.writeUInt8(level === 9 ? 2 : level === 1 ? 4 : 0, 8) // XFL: slowest, fastest or neither
  header.writeUInt8(255, 9) // OS: unknown, the same wherever it is made
  return header
}

async function* deflated(bytes: AsyncIterable<Uint8Array>, level: number): AsyncIterable<Uint8Array> {
  const working: Promise<Uint8Array>[] = []
  for await (const { block, dictionary, last } of withDictionaries(inBlocks(bytes, BLOCK, LENT))) {
    const finishFlush = last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH
    working.push(compress(block, { level, finishFlush, ...(dictionary.length > 0 ? { dictionary } : {}) }))
    const first = working.length < AHEAD ? undefined : working.shift()
    if (first !== undefined) yield await first
  }
  for (const result of working) yield await result
}

interface Piece {
  readonly block: Uint8Array
  readonly dictionary: Uint8Array
  readonly last: boolean
}

async function* withDictionaries(blocks: AsyncIterable<Uint8Array>): AsyncIterable<Piece> {
  let block: Uint8Array = new Uint8Array()
  let dictionary: Uint8Array = new Uint8Array()
  for await (const next of blocks) {
    if (block.length > 0) yield { block, dictionary, last: false }
    dictionary = block.subarray(-WINDOW)
    block = next
  }
  yield { block, dictionary, last: true }
}
