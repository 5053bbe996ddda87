import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { posix } from 'node:path'
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
  /** The bytes of any member as they come. */
  open(name: string): AsyncIterable<Uint8Array>
}

/** `blobs/sha256/<hex>` of a digest. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

/** What to do about an image archive that is not what was built. */
export const DAMAGED = 'Run `slipway build docker` again: the image archive is damaged.'

const BLOCK = 512
const HOPS = 8

/** Finds every member of an uncompressed image archive (POSIX.1-1988 ustar headers; blob names fit them). */
export async function openArchiveBlobs(path: string): Promise<ArchiveBlobs> {
  const places = await readPlaces(path)
  const find = (name: string, hops = 0): Place => {
    const place = places.get(name)
    if (place?.link !== undefined && hops < HOPS) return find(place.link, hops + 1)
    if (place !== undefined && place.link === undefined) return place
    throw new ReleaseError('PROOF_FAILED', `${path} has no ${name}`, { hint: DAMAGED })
  }
  const opened = ({ start, size }: Place): AsyncIterable<Uint8Array> =>
    size === 0 ? streamOf() : createReadStream(path, { start, end: start + size - 1 })
  const member = (name: string): Promise<Uint8Array> => gather(opened(find(name)))
  return {
    blob(digest) {
      const place = find(blobPath(digest))
      return { digest, size: place.size, open: () => opened(place) }
    },
    read: (digest) => member(blobPath(digest)),
    member,
    open: (name) => opened(find(name)),
  }
}

interface Place {
  readonly start: number
  readonly size: number
  readonly link: string | undefined // where it points, as `docker save` of older engines writes a layer that stands twice
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
      const name = field(header, 0, 100) // name
      const link = field(header, 156, 1) === '2' ? posix.join(posix.dirname(name), field(header, 157, 100)) : undefined // linkname
      places.set(name, { start: at + BLOCK, size, link })
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
