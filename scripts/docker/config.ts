import { type ZodType, z } from 'zod'
import type { Layout } from '../launcher/data.ts'
import { packageName, projectPath } from '../lib/core/config/rules.ts'
import type { Platform, Target } from '../lib/core/facts.ts'
import type { BaseRequest } from '../lib/core/format.ts'

/** `lean`: the application and Python; `full`: PostgreSQL as well, between Python and the application. */
export type Variant = 'lean' | 'full'

/** Signed packages of a Debian release. */
interface DebianBase {
  readonly debian: 'trixie' | 'bookworm'
  readonly packages?: readonly string[]
}

/** An image of a registry, and the Python minor that it brings. */
interface RegistryBase {
  readonly image: string
  readonly python: string
}

/** The section `docker` of slipway.yaml; `base` and `variants` mean nothing beside `dockerfile`. */
export interface DockerConfig {
  readonly dockerfile?: string
  readonly target?: string
  readonly args: Readonly<Record<string, string>>
  readonly stages: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly static?: { readonly bundle?: string; readonly collected?: string }
  readonly base: DebianBase | RegistryBase
  readonly variants: readonly Variant[]
  readonly platforms: readonly Platform[]
  readonly repositories: readonly string[]
}

/** The section of an application that keeps its Dockerfile. */
export type OwnImageConfig = DockerConfig & { readonly dockerfile: string }

export function hasDockerfile(config: DockerConfig): config is OwnImageConfig {
  return config.dockerfile !== undefined
}

// OCI distribution specification, "Pulling manifests": host with an optional port, then path components
const REPOSITORY = /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+$/

// The same with a tag, a digest or both; a base without a tag would be another one every day
const BASE_IMAGE = new RegExp(
  `${REPOSITORY.source.slice(0, -1)}(?::[\\w][\\w.-]{0,127}(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$`,
)

const debianBase = z.strictObject({
  debian: z.enum(['trixie', 'bookworm']).describe('Codename of the Debian release.'),
  packages: z
    .array(packageName)
    .exactOptional()
    .describe('Debian packages that the application needs besides Python, such as a library it opens by name.'),
})
const registryBase = z.strictObject({
  image: z
    .string()
    .regex(BASE_IMAGE, 'is no image with its registry and tag, such as docker.io/library/python:3.13-slim')
    .describe(
      'An image with Python and glibc, whose layers are used byte for byte; `slipway lock` fixes what its tag names.',
    ),
  python: z
    .string()
    .regex(/^3\.\d+$/, 'is no Python minor such as "3.13"')
    .describe('The Python minor in that image, for which dependencies are resolved.'),
})

const imagePath = z.string().regex(/^\/[^\s$]*$/, 'is no absolute path in the image, such as /srv/app')

export const dockerSchema: ZodType<DockerConfig> = z.strictObject({
  dockerfile: projectPath
    .regex(/^(?!\.\/)/, 'begins with ./, which stands for itself')
    .exactOptional()
    .describe(
      "The application's own Dockerfile, built by Docker or buildah on the staged tree, instead of the images that Slipway makes; not reproducible.",
    ),
  target: z
    .string()
    .min(1)
    .exactOptional()
    .describe('Stage of the Dockerfile that becomes the image; default: the last one.'),
  args: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, 'is no name of a build argument'), z.string())
    .default({})
    .describe(
      'Build arguments of the Dockerfile; {version}, {tag}, {commit} and {epoch} stand for those of the release.',
    ),
  stages: z
    .record(z.string().min(1), z.record(imagePath, projectPath))
    .default({})
    .describe(
      'Stages that are not built, such as one that runs Node: each place in them holds a folder of the staged tree, where the static files are already.',
    ),
  static: z
    .strictObject({
      bundle: imagePath
        .exactOptional()
        .describe('Folder of the application, in which the front ends left their files.'),
      collected: imagePath.exactOptional().describe('Folder of the collected files.'),
    })
    .exactOptional()
    .describe('Where the static files lie in the image of the Dockerfile; default: prove looks for all of them.'),
  base: z
    .union([debianBase, registryBase])
    .default({ debian: 'trixie' })
    .describe('What the image stands on, exact to the byte in slipway.lock: signed Debian packages, or an image.'),
  variants: z
    .array(z.enum(['lean', 'full']))
    .min(1)
    .default(['lean'])
    .describe(
      'Images to make: lean has the application and Python, and uses a database elsewhere; full brings PostgreSQL too, so that one `docker run` is enough.',
    ),
  platforms: z
    .array(z.enum(['linux/amd64', 'linux/arm64']))
    .min(1)
    .default(['linux/amd64'])
    .describe('Machines for which the images are made, all in one archive.'),
  repositories: z
    .array(z.string().regex(REPOSITORY, 'is no image repository such as ghcr.io/owner/name, without a tag'))
    .default([])
    .describe('Where publish pushes the images, without tags.'),
})

interface DebianFacts {
  readonly python: string
  readonly postgresql: string // the major version that it ships
}

// libc-bin brings the locale C.UTF-8; without media-types and netbase types and ports have no names; tini is process 1
const ROOTS = [
  'base-files',
  'libc-bin',
  'ca-certificates',
  'python3',
  'python3-minimal',
  'tzdata',
  'media-types',
  'netbase',
  'tini',
]

const DEBIAN: Readonly<Record<DebianBase['debian'], DebianFacts>> = {
  trixie: { python: '3.13', postgresql: '17' },
  bookworm: { python: '3.11', postgresql: '15' },
}

// initdb starts programs through a shell, and wants a name for the user that it runs as
const WITH_POSTGRESQL = ['dash', 'libnss-wrapper']

/** Bases of the variants: each one's layers begin with those of the smaller. */
export function basesOf({ base, variants, platforms }: DockerConfig): readonly BaseRequest[] {
  if ('image' in base) return variants.map((name) => ({ kind: 'registry', name, image: base.image, platforms }))
  const { postgresql } = DEBIAN[base.debian]
  const lean = { name: 'lean', roots: [...ROOTS, ...(base.packages ?? [])] }
  const layers: Readonly<Record<Variant, readonly { readonly name: string; readonly roots: readonly string[] }[]>> = {
    lean: [lean],
    full: [lean, { name: 'postgresql', roots: [`postgresql-${postgresql}`, ...WITH_POSTGRESQL] }],
  }
  return variants.map((name) => ({ kind: 'debian', name, suite: base.debian, layers: layers[name], platforms }))
}

/** The Python and machine that dependencies of an image are for. */
export function targetOf({ base }: DockerConfig, platform: Platform): Target {
  const python = 'image' in base ? base.python : DEBIAN[base.debian].python
  return { python, arch: platform === 'linux/amd64' ? 'amd64' : 'arm64' }
}

/** The PostgreSQL that the full image brings, and where its programs are; nothing where no full image is made. */
export function postgresqlOf({ base, variants }: DockerConfig): Layout['postgresql'] {
  if ('image' in base || !variants.includes('full')) return undefined
  const major = DEBIAN[base.debian].postgresql
  return { major, bin: `/usr/lib/postgresql/${major}/bin` }
}
