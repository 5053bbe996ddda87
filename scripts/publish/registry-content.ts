import { type BuiltOutput, type ImageFacts, type ImageOutput, MEDIA_TYPES } from '../lib/core/artifact.ts'
import { type ArchiveBlobs, openArchiveBlobs } from '../lib/io/oci-blobs.ts'
import { type Blob, type StoredManifest, splitReference } from '../lib/io/registry.ts'
import { chartContent } from './chart-content.ts'
import type { Finished } from './finished.ts'

/** What goes into a registry: blobs first, then manifests, the last of which is what the references name. */
export interface RegistryContent {
  readonly name: string // of the asset that it is made from
  readonly digest: string
  /** Where it goes: exact references, whose tags are set last. */
  readonly references: readonly string[]
  /** Whether tags such as `latest` follow it; Helm asks for versions only. */
  readonly moves: boolean
  readonly blobs: readonly Blob[]
  readonly manifests: readonly StoredManifest[]
}

/** Everything of a release that belongs into registries: its images, and its chart beside them. */
export async function registryContents({ assets, outputs, plan }: Finished): Promise<readonly RegistryContent[]> {
  const contents: RegistryContent[] = []
  for (const output of outputs) {
    const file = assets.find(({ name }) => name === output.name)
    if (file === undefined || !isPushed(output)) continue
    contents.push(await imageContent(output, file.path))
  }
  const beside = [
    ...new Set(contents.flatMap(({ references }) => references.map((one) => splitReference(one).repository))),
  ]
  const charts = assets.filter(({ mediaType }) => mediaType === MEDIA_TYPES.chart)
  if (beside.length === 0) return contents
  return [...contents, ...(await Promise.all(charts.map((file) => chartContent(file, plan.facts, beside))))]
}

type Image = ImageOutput & { readonly image: ImageFacts }

function isPushed(output: BuiltOutput): output is Extract<BuiltOutput, Image> {
  return output.kind === 'image' && output.references.length > 0
}

async function imageContent({ name, references, image }: Image, path: string): Promise<RegistryContent> {
  const archive = await openArchiveBlobs(path)
  const { blobs, manifests } = await collect(archive, image.digest)
  return { name, digest: image.digest, references, moves: true, blobs, manifests }
}

interface Descriptor {
  readonly digest: string
}

interface Manifest {
  readonly mediaType?: string
  readonly manifests?: readonly Descriptor[] // OCI image index
  readonly config?: Descriptor // OCI image manifest
  readonly layers?: readonly Descriptor[]
}

interface Collected {
  readonly blobs: readonly Blob[]
  readonly manifests: readonly StoredManifest[]
}

// What a manifest names comes before it: a registry refuses a manifest whose parts it lacks.
async function collect(archive: ArchiveBlobs, digest: string): Promise<Collected> {
  const bytes = await archive.read(digest)
  const manifest: Manifest = JSON.parse(Buffer.from(bytes).toString())
  const below: Collected[] = []
  for (const child of manifest.manifests ?? []) below.push(await collect(archive, child.digest))
  const own = [manifest.config, ...(manifest.layers ?? [])].filter((part) => part !== undefined)
  return {
    blobs: [...below.flatMap(({ blobs }) => blobs), ...own.map((part) => archive.blob(part.digest))],
    manifests: [
      ...below.flatMap(({ manifests }) => manifests),
      { mediaType: manifest.mediaType ?? 'application/vnd.oci.image.manifest.v1+json', digest, bytes },
    ],
  }
}
