import { createHash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import type { ArchiveEntry } from '../../scripts/lib/archive/entry.ts'
import { tar } from '../../scripts/lib/archive/tar.ts'

/** Everything of an image that a registry keeps: blobs and manifests by digest, and what a tag names. */
export interface StoredImage {
  readonly blobs: ReadonlyMap<string, Uint8Array>
  readonly manifests: ReadonlyMap<string, { readonly mediaType: string; readonly bytes: Uint8Array }>
  readonly digest: string // of the top document
}

type Form = 'gzip' | 'zstd' | 'plain'

/** A layer: entries in the order given, or a whole tar. */
export interface LayerSpec {
  readonly entries: readonly ArchiveEntry[] | Uint8Array
  readonly form?: Form
}

export interface ImageSpec {
  readonly layers: readonly LayerSpec[]
  readonly platforms?: readonly string[] // an index over these; else one manifest for linux/amd64
  readonly dialect?: 'oci' | 'docker'
  readonly config?: object
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const TYPES = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: { gzip: 'tar+gzip', zstd: 'tar+zstd', plain: 'tar' },
    layers: 'application/vnd.oci.image.layer.v1.',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: { gzip: 'tar.gzip', zstd: 'tar.zstd', plain: 'tar' },
    layers: 'application/vnd.docker.image.rootfs.diff.',
  },
} as const

// Level 1, which our own writer never uses: bytes that were packed again would be others
const PACKED: Readonly<Record<Form, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: (bytes) => gzipSync(bytes, { level: 1 }),
  zstd: (bytes) => zstdCompressSync(bytes),
  plain: (bytes) => bytes,
}

const tarOf = async (entries: LayerSpec['entries']): Promise<Uint8Array> =>
  entries instanceof Uint8Array ? entries : gather(tar(entries, { dialect: 'ustar', epoch: 1_700_000_000, owner: '' }))

/** An image as another builder would leave it in a registry. */
export async function storedImage({
  layers,
  platforms,
  dialect = 'oci',
  config = {},
}: ImageSpec): Promise<StoredImage> {
  const types = TYPES[dialect]
  const blobs = new Map<string, Uint8Array>()
  const manifests = new Map<string, { mediaType: string; bytes: Uint8Array }>()
  const keep = (bytes: Uint8Array, mediaType: string) => {
    const described = { mediaType, digest: digestOf(bytes), size: bytes.length }
    blobs.set(described.digest, bytes)
    return described
  }
  const publish = (mediaType: string, value: object) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value }))
    manifests.set(digestOf(bytes), { mediaType, bytes })
    return { mediaType, digest: digestOf(bytes), size: bytes.length }
  }
  const tars = await Promise.all(layers.map(async ({ entries }) => tarOf(entries)))
  const stored = tars.map((bytes, at) => {
    const form = layers[at]?.form ?? 'gzip'
    return keep(PACKED[form](bytes), types.layers + types.layer[form])
  })
  const one = (platform: string) => {
    const [os, architecture] = platform.split('/')
    const rootfs = { type: 'layers', diff_ids: tars.map(digestOf) }
    const text = JSON.stringify({ architecture, os, created: '2026-01-01T00:00:00Z', config, rootfs })
    const written = keep(Buffer.from(text), types.config)
    return { ...publish(types.manifest, { config: written, layers: stored }), platform: { os, architecture } }
  }
  const top = platforms === undefined ? one('linux/amd64') : publish(types.index, { manifests: platforms.map(one) })
  return { blobs, manifests, digest: top.digest }
}
