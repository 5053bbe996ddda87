import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { ReleaseError } from '../core/error.ts'
import { blobPath } from './oci-archive.ts'
import type { Blob } from './registry.ts'

/** The blobs of an image archive, each of which can be opened again at its place in the file. */
export interface ArchiveBlobs {
  blob(digest: string): Blob
  /** A small blob, such as a manifest. */
  read(digest: string): Promise<Uint8Array>
}

const BLOCK = 512

/** Finds every member of an uncompressed image archive (POSIX.1-1988 ustar headers; blob names fit them). */
export async function openArchiveBlobs(path: string): Promise<ArchiveBlobs> {
  const places = await readPlaces(path)
  const blob = (digest: string): Blob => {
    const place = places.get(blobPath(digest))
    if (place === undefined) throw new ReleaseError('PUBLISH_REFUSED', `${path} lacks ${digest}`)
    const { start, size } = place
    return { digest, size, open: () => createReadStream(path, { start, end: start + size - 1 }) }
  }
  return {
    blob,
    async read(digest) {
      const chunks: Uint8Array[] = []
      for await (const chunk of blob(digest).open()) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
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
