import { openRepository, splitReference } from '../../scripts/lib/io/registry.ts'
import type { StoredImage } from './registry-image.ts'

/** Keeps an image in a registry under `host/path:tag`. */
export async function pushImage(image: StoredImage, reference: string): Promise<void> {
  const { repository: name, tag } = splitReference(reference)
  const repository = await openRepository(name, { attempts: 1, second: 1, announce: () => undefined }, 'anonymous')
  for (const [digest, bytes] of image.blobs) {
    await repository.pushBlob({
      digest,
      size: bytes.length,
      async *open() {
        yield bytes
      },
    })
  }
  for (const [digest, manifest] of image.manifests) await repository.pushManifest({ digest, ...manifest })
  const top = image.manifests.get(image.digest)
  if (top !== undefined) await repository.pushManifest({ digest: image.digest, ...top }, tag)
}
