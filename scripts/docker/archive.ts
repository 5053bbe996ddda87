import { type ArchiveEntry, type FileEntry, fileEntry, withDirectories } from '../lib/archive/entry.ts'
import { tar } from '../lib/archive/tar.ts'
import type { BaseLayer } from '../lib/core/base.ts'
import { descriptor, type JsonBlob, type PlatformImage } from './manifest.ts'

/** An image with everything that its archive holds. */
export interface ImageArchive {
  readonly references: readonly string[] // full names with the tag
  readonly index: JsonBlob
  readonly images: readonly PlatformImage[]
  readonly epoch: number
}

/** One tar archive that is an OCI image layout and what `docker save` writes, over the same blobs. */
export function imageArchive({ references, index, images, epoch }: ImageArchive): AsyncIterable<Uint8Array> {
  const blobs = new Map<string, ArchiveEntry>()
  for (const image of images) {
    for (const layer of image.layers) blobs.set(layer.digest, layerEntry(layer))
    for (const json of [image.config, image.manifest]) blobs.set(json.digest, jsonEntry(json))
  }
  blobs.set(index.digest, jsonEntry(index))
  const entries = withDirectories([
    fileEntry('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' })),
    fileEntry('index.json', JSON.stringify(layoutIndex(references, index))),
    fileEntry('manifest.json', JSON.stringify(dockerManifest(references, images))),
    ...blobs.values(),
  ])
  return tar(entries, { dialect: 'ustar', epoch, owner: '' })
}

/** OCI image specification, "Image Layout": tags alone in ref.name, else podman calls the image `latest`. */
function layoutIndex(references: readonly string[], index: JsonBlob): object {
  const manifests = references.map((reference) => ({
    ...descriptor(index),
    annotations: {
      'io.containerd.image.name': reference,
      'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
    },
  }))
  return { schemaVersion: 2, mediaType: index.mediaType, manifests }
}

/** The older format knows one platform only: amd64 where there is one. */
function dockerManifest(references: readonly string[], images: readonly PlatformImage[]): object {
  const shown = images.find(({ platform }) => platform === 'linux/amd64') ?? images[0]
  if (shown === undefined) throw new Error('an image without platforms')
  const { config, layers } = shown
  return [
    { Config: blobPath(config.digest), RepoTags: references, Layers: layers.map(({ digest }) => blobPath(digest)) },
  ]
}

const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`

function layerEntry({ digest, size, bytes }: BaseLayer): FileEntry {
  return { kind: 'file', path: blobPath(digest), mode: 0o644, size, read: () => bytes.open() }
}

function jsonEntry({ digest, bytes }: JsonBlob): FileEntry {
  return fileEntry(blobPath(digest), bytes)
}
