import { readFile } from 'node:fs/promises'
import type { Architecture } from '../lib/core/facts.ts'
import {
  ARCHITECTURES,
  architectureOf,
  type LockedImage,
  type LockedPlatform,
  lacksPlatform,
} from '../lib/core/lock-file.ts'
import type { Report } from '../lib/io/report.ts'
import { layerType, readDocument, readImageConfig, refused } from './image-manifest.ts'
import { type ImageSource, openImage, type RegistryRequest } from './image-registry.ts'

/** Locks what the reference of a base names today, for every machine that it was made for. */
export async function lockImage(
  { image, platforms }: RegistryRequest,
  { cache, report }: { readonly cache: string; readonly report: Report },
): Promise<LockedImage> {
  return report.task(`image base ${image}`, async () => {
    const source = await openImage(image, cache, report)
    const locked = await lockNamed(image, source)
    const missing = platforms.find((platform) => locked.platforms[architectureOf(platform)] === undefined)
    if (missing !== undefined) throw lacksPlatform(image, missing)
    return locked
  })
}

async function lockNamed(image: string, source: ImageSource): Promise<LockedImage> {
  const top = await source.named()
  const document = readDocument(image, top)
  const platforms: Partial<Record<Architecture, LockedPlatform>> = {}
  if (document.kind === 'manifest') {
    const { architecture, locked } = await lockManifest(image, source, top.digest)
    const known = ARCHITECTURES.find((one) => one === architecture)
    return { digest: top.digest, platforms: known === undefined ? {} : { [known]: locked } }
  }
  for (const arch of ARCHITECTURES) {
    const row = document.manifests.find(
      ({ platform }) => platform?.os === 'linux' && platform.architecture === arch && isPlain(platform.variant),
    )
    if (row !== undefined) platforms[arch] = (await lockManifest(image, source, row.digest)).locked
  }
  return { digest: top.digest, platforms }
}

// amd64/v3 asks for a newer processor; arm64/v8 is every arm64
const isPlain = (variant: string | undefined): boolean => variant === undefined || variant === 'v8'

async function lockManifest(
  image: string,
  source: ImageSource,
  digest: string,
): Promise<{ readonly architecture: string; readonly locked: LockedPlatform }> {
  const document = readDocument(image, await source.manifest(digest))
  if (document.kind !== 'manifest') throw refused(image, 'has an index inside its index')
  const { config, layers } = document
  const { os, architecture, rootfs } = readImageConfig(image, await readFile(await source.blob(config)))
  if (os !== 'linux') throw refused(image, `is made for ${os}`)
  if (rootfs.diff_ids.length !== layers.length) throw refused(image, 'names other layers in its configuration')
  const locked = layers.map((layer, index) => ({
    digest: layer.digest,
    diffId: rootfs.diff_ids[index] ?? '',
    size: layer.size,
    mediaType: layerType(image, layer),
  }))
  const { size } = config
  return { architecture, locked: { manifest: digest, config: { digest: config.digest, size }, layers: locked } }
}

/** What a new lock of an image changes, one line per machine. */
export function imageChanges(image: string, before: LockedImage | undefined, after: LockedImage): string[] {
  return ARCHITECTURES.flatMap((arch) => {
    const [was, is] = [before?.platforms[arch], after.platforms[arch]]
    if (was?.manifest === is?.manifest) return []
    if (is === undefined) return [`${image} ${arch}: gone`]
    const kept = is.layers.filter(({ digest }) => was?.layers.some((layer) => layer.digest === digest)).length
    const layers = `${is.layers.length} layers${was === undefined ? '' : `, ${kept} of them as before`}`
    return [`${image} ${arch}: ${was === undefined ? '' : `${was.manifest} -> `}${is.manifest} (${layers})`]
  })
}
