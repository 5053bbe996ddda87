import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { gather, streamOf } from '../archive/bytes.ts'
import { ReleaseError } from '../core/error.ts'
import type { Blob } from './registry.ts'

/** The blobs of an image archive, each of which can be opened again at its place in the file. */
export interface ArchiveBlobs {
  blob(digest: string): Blob
  /** A small blob, such as a manifest. */
  read(digest: string): Promise<Uint8Array>
  /** A small member that is no blob, such as `index.json`. */
  member(name: string): Promise<Uint8Array>
}

/** `blobs/sha256/<hex>` of a digest. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

/** What to do about an image archive that is not what was built. */
export const DAMAGED = 'Run `slipway build docker` again: the image archive is damaged.'

const BLOCK = 512

/** Finds every member of an uncompressed image archive (POSIX.1-1988 ustar headers; blob names fit them). */
export async function openArchiveBlobs(path: string): Promise<ArchiveBlobs> {
  const places = await readPlaces(path)
  const find = (name: string): Place => {
    const place = places.get(name)
    if (place !== undefined) return place
    throw new ReleaseError('PROOF_FAILED', `${path} has no ${name}`, { hint: DAMAGED })
  }
  const open = ({ start, size }: Place): AsyncIterable<Uint8Array> =>
    size === 0 ? streamOf() : createReadStream(path, { start, end: start + size - 1 })
  const member = (name: string): Promise<Uint8Array> => gather(open(find(name)))
  return {
    blob(digest) {
      const place = find(blobPath(digest))
      return { digest, size: place.size, open: () => open(place) }
    },
    read: (digest) => member(blobPath(digest)),
    member,
  }
}

interface Place {
  readonly start: number
  readonly size: number
}

async function readPlaces(path: string): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>()
  const file = await open(path)
  try {
    const header = Buffer.alloc(BLOCK)
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(header, 0, BLOCK, at)
      if (bytesRead < BLOCK || header[0] === 0) return places
      const size = Number.parseInt(field(header, 124, 12), 8) // size
      places.set(field(header, 0, 100), { start: at + BLOCK, size }) // name
      at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    }
  } finally {
    await file.close()
  }
}

function field(header: Buffer, start: number, length: number): string {
  const [text = ''] = header.toString('latin1', start, start + length).split('\0')
  return text.trim()
}
