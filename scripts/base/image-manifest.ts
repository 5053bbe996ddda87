import { z } from 'zod'
import { ReleaseError } from '../lib/core/error.ts'
import type { StoredManifest } from '../lib/io/registry.ts'
import type { Descriptor } from './image-registry.ts'

/** A manifest of one machine, or an index that names one for each. */
export type ImageDocument =
  | { readonly kind: 'manifest'; readonly config: Descriptor; readonly layers: readonly Descriptor[] }
  | { readonly kind: 'index'; readonly manifests: readonly PlatformDescriptor[] }

interface PlatformDescriptor {
  readonly digest: string
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string } | undefined
}

/** The configuration of an image, as far as one above it keeps or checks it. */
export interface ImageConfig {
  readonly architecture: string
  readonly os: string
  readonly created?: string | undefined
  readonly config: {
    readonly Env?: readonly string[] | null | undefined
    readonly Labels?: Readonly<Record<string, string>> | null | undefined
  }
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

const DIGEST = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const DESCRIPTOR: z.ZodType<Descriptor> = z.object({ mediaType: z.string(), digest: DIGEST, size: z.int() })
const MANIFEST = z.object({ config: DESCRIPTOR, layers: z.array(DESCRIPTOR) })
const INDEX = z.object({
  manifests: z.array(
    z.object({
      digest: DIGEST,
      platform: z
        .object({ os: z.string(), architecture: z.string(), variant: z.string().exactOptional() })
        .exactOptional(),
    }),
  ),
})
const CONFIG: z.ZodType<ImageConfig> = z.object({
  architecture: z.string(),
  os: z.string(),
  created: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
  config: z
    .object({ Env: z.array(z.string()).nullish(), Labels: z.record(z.string(), z.string()).nullish() })
    .nullish()
    .transform((value) => value ?? {}),
  rootfs: z.object({ diff_ids: z.array(DIGEST) }),
})

// OCI image specification 1.1, and Docker image manifest version 2 schema 2, which has the same shape
const KINDS: Readonly<Record<string, ImageDocument['kind']>> = {
  'application/vnd.oci.image.index.v1+json': 'index',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'index',
  'application/vnd.oci.image.manifest.v1+json': 'manifest',
  'application/vnd.docker.distribution.manifest.v2+json': 'manifest',
}

/** Reads what a reference names; DEPS_UNRESOLVED for what is no image that can be built upon. */
export function readDocument(image: string, { mediaType, bytes }: StoredManifest): ImageDocument {
  const json = parsed(image, bytes)
  const type = z.object({ mediaType: z.string() }).safeParse(json).data?.mediaType ?? mediaType.split(';')[0] ?? ''
  const kind = KINDS[type]
  if (kind === undefined) throw refused(image, `is of the kind ${type || 'unknown'}${ageOf(type)}`)
  const read = kind === 'index' ? INDEX.safeParse(json) : MANIFEST.safeParse(json)
  if (!read.success) throw refused(image, 'has a manifest that cannot be read', read.error)
  return { kind, ...read.data } as ImageDocument
}

/** Reads the configuration of an image. */
export function readImageConfig(image: string, bytes: Uint8Array): ImageConfig {
  const read = CONFIG.safeParse(parsed(image, bytes))
  if (read.success) return read.data
  throw refused(image, 'has a configuration that cannot be read', read.error)
}

// What is stored stays as it is; only the name in the manifest above becomes OCI's
const LAYERS: Readonly<Record<string, string>> = {
  'application/vnd.docker.image.rootfs.diff.tar': 'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip': 'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.diff.tar.zstd': 'application/vnd.oci.image.layer.v1.tar+zstd',
}

/** OCI's name of a layer's form; foreign layers, which may not be passed on, and unknown ones are refused. */
export function layerType(image: string, { mediaType, digest }: Descriptor): string {
  const type = LAYERS[mediaType] ?? mediaType
  if (Object.values(LAYERS).includes(type)) return type
  throw refused(image, `has the layer ${digest} of the kind ${mediaType}, which cannot be built upon`)
}

const ageOf = (type: string): string =>
  type.startsWith('application/vnd.docker.distribution.manifest.v1') ? ' (schema 1 of 2015, without digests)' : ''

function parsed(image: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch (cause) {
    throw refused(image, 'has a manifest that is no JSON', cause)
  }
}

/** The refusal of a base image for what it is. */
export function refused(image: string, what: string, cause?: unknown): ReleaseError {
  return new ReleaseError('DEPS_UNRESOLVED', `the base ${image} ${what}`, { hint: 'Use another base.', cause })
}
