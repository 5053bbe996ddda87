import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Parser } from 'tar'
import type { ImageFacts } from '../core/artifact.ts'
import { ReleaseError } from '../core/error.ts'

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os: string; readonly architecture: string }
}

/** Digest and platforms of an image archive, read from its own index (OCI image layout specification). */
export async function readImageFacts(path: string): Promise<ImageFacts> {
  const layout = await readJsonMember(path, 'index.json')
  const top = manifestsOf(layout)[0]
  if (top === undefined) throw new ReleaseError('PROOF_FAILED', `${path} has an empty index`)
  const index = await readJsonMember(path, blobPath(top.digest))
  const platforms = manifestsOf(index).map(({ digest, platform }) => {
    if (platform === undefined) throw new ReleaseError('PROOF_FAILED', `${digest} names no platform`)
    return { platform: `${platform.os}/${platform.architecture}`, digest }
  })
  return { digest: top.digest, platforms }
}

/** `blobs/sha256/<hex>` of a digest. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

function manifestsOf(json: unknown): readonly Descriptor[] {
  const { manifests } = json as { manifests?: readonly Descriptor[] }
  return manifests ?? []
}

async function readJsonMember(path: string, name: string): Promise<unknown> {
  const chunks: Buffer[] = []
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      if (entry.path === name) entry.on('data', (chunk: Buffer) => chunks.push(chunk))
      else entry.resume()
    },
  })
  await pipeline(createReadStream(path), parser as unknown as NodeJS.WritableStream)
  if (chunks.length === 0) throw new ReleaseError('PROOF_FAILED', `${path} has no ${name}`)
  return JSON.parse(Buffer.concat(chunks).toString())
}
