import { createHash } from 'node:crypto'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { fileEntry } from '../../scripts/lib/archive/entry.ts'
import { tar } from '../../scripts/lib/archive/tar.ts'
import type { ImageFacts } from '../../scripts/lib/core/artifact.ts'

interface Described {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** A small OCI archive of the given platforms, as the docker format leaves it; layers are any bytes. */
export async function ociArchive(
  platforms: readonly string[],
  layer: Uint8Array,
): Promise<{ readonly bytes: Buffer; readonly image: ImageFacts }> {
  const members = new Map<string, Buffer>()
  const add = (mediaType: string, content: unknown): Described => {
    const bytes = content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(JSON.stringify(content))
    const hex = createHash('sha256').update(bytes).digest('hex')
    members.set(`blobs/sha256/${hex}`, bytes)
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
  }
  const manifestType = 'application/vnd.oci.image.manifest.v1+json'
  const indexType = 'application/vnd.oci.image.index.v1+json'
  const manifests = platforms.map((platform) => {
    const [os, architecture] = platform.split('/')
    const config = add('application/vnd.oci.image.config.v1+json', {
      architecture,
      os,
      config: {},
      rootfs: { type: 'layers', diff_ids: [] },
    })
    const layers = [add('application/vnd.oci.image.layer.v1.tar+gzip', layer)]
    const manifest = add(manifestType, { schemaVersion: 2, mediaType: manifestType, config, layers })
    return { ...manifest, platform: { os, architecture }, layers }
  })
  const described = manifests.map(({ layers: _, ...manifest }) => manifest)
  const index = add(indexType, { schemaVersion: 2, mediaType: indexType, manifests: described })
  members.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'))
  members.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [index] })))
  return {
    bytes: await pack(members),
    image: {
      digest: index.digest,
      platforms: manifests.map(({ digest, layers: [one] }, at) => ({
        platform: platforms[at] ?? '',
        digest,
        layers: one === undefined ? [] : [{ digest: one.digest, size: one.size }],
      })),
    },
  }
}

/** Members in one tar, in memory. */
export async function pack(members: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  const entries = [...members].map(([path, bytes]) => fileEntry(path, bytes))
  return Buffer.from(await gather(tar(entries, { dialect: 'ustar', epoch: 0, owner: '' })))
}
