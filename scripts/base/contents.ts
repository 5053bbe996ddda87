import { randomBytes } from 'node:crypto'
import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { FileEntry } from '../lib/archive/entry.ts'

/** The bytes of one file while they come out of an archive. */
export interface Contents {
  add(chunk: Buffer): void
  /** After the last byte: how many there are, and how they are read, as often as wanted. */
  done(): Pick<FileEntry, 'size' | 'read'>
}

const LARGE = 64 * 1024 // nine tenths of the bytes of a base lie in a tenth of its files

/** Small files stay in memory; large ones go to `folder` where one is given, so that no base is ever whole in memory. */
export function contents(size: number, folder: string | undefined): Contents {
  return folder === undefined || size < LARGE ? inMemory() : inFile(folder)
}

function inMemory(): Contents {
  const chunks: Buffer[] = []
  return {
    add: (chunk) => void chunks.push(chunk),
    done() {
      const bytes = Buffer.concat(chunks)
      return { size: bytes.length, read: async () => bytes }
    },
  }
}

/** Written in step with the parser, which does not wait. */
function inFile(folder: string): Contents {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, randomBytes(8).toString('hex'))
  const file = openSync(path, 'wx')
  let size = 0
  return {
    add(chunk) {
      for (let from = 0; from < chunk.length; ) from += writeSync(file, chunk, from)
      size += chunk.length
    },
    done() {
      closeSync(file)
      return { size, read: () => createReadStream(path) }
    },
  }
}
