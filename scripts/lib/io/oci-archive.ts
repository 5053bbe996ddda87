import type { ImageFacts } from '../core/artifact.ts'
import { ReleaseError } from '../core/error.ts'
import { type ArchiveBlobs, DAMAGED, openArchiveBlobs } from './oci-blobs.ts'

interface Descriptor {
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os: string; readonly architecture: string }
}

interface Manifest {
  readonly manifests?: readonly Descriptor[]
  readonly config?: Descriptor
  readonly layers?: readonly Descriptor[]
}

interface Config {
  readonly history?: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[]
}

/** Digest, platforms and layers of an image archive, read from its own index (OCI image layout specification). */
export async function readImageFacts(path: string): Promise<ImageFacts> {
  const archive = await openArchiveBlobs(path)
  const [top] = json<Manifest>(await archive.member('index.json')).manifests ?? []
  if (top === undefined) throw new ReleaseError('PROOF_FAILED', `${path} has an empty index`, { hint: DAMAGED })
  const index = json<Manifest>(await archive.read(top.digest))
  const platforms: ImageFacts['platforms'][number][] = []
  for (const { digest, platform } of index.manifests ?? []) {
    if (platform === undefined) throw new ReleaseError('PROOF_FAILED', `${digest} names no platform`, { hint: DAMAGED })
    const layers = await layersOf(archive, digest)
    platforms.push({ platform: `${platform.os}/${platform.architecture}`, digest, layers })
  }
  return { digest: top.digest, platforms }
}

const json = <T>(bytes: Uint8Array): T => JSON.parse(Buffer.from(bytes).toString())

const OWN = /^slipway: (.+)$/ // how the docker format says in the history which layer is which

async function layersOf(archive: ArchiveBlobs, digest: string): Promise<ImageFacts['platforms'][number]['layers']> {
  const { config, layers = [] } = json<Manifest>(await archive.read(digest))
  const { history = [] } = config === undefined ? {} : json<Config>(await archive.read(config.digest))
  const filled = history.filter(({ empty_layer }) => empty_layer !== true)
  return layers.map((layer, index) => {
    const name = OWN.exec(filled[index]?.created_by ?? '')?.[1]
    return { ...(name === undefined ? {} : { name }), digest: layer.digest, size: layer.size }
  })
}
