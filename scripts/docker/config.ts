import { type ZodType, z } from 'zod'
import type { Layout } from '../launcher/data.ts'
import type { Platform, Target } from '../lib/core/facts.ts'
import type { BaseRequest } from '../lib/core/format.ts'

/** `lean`: the application and Python; `full`: PostgreSQL as well, between Python and the application. */
export type Variant = 'lean' | 'full'

/** The section `docker` of slipway.yaml. */
export interface DockerConfig {
  readonly base: { readonly debian: 'trixie' }
  readonly variants: readonly Variant[]
  readonly platforms: readonly Platform[]
  readonly repositories: readonly string[]
}

// OCI distribution specification, "Pulling manifests": host with an optional port, then path components
const REPOSITORY = /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+$/

export const dockerSchema: ZodType<DockerConfig> = z.strictObject({
  base: z
    .strictObject({ debian: z.enum(['trixie']).describe('Codename of the Debian release.') })
    .default({ debian: 'trixie' })
    .describe('What the image stands on: signed Debian packages, exact to the byte in slipway.lock.'),
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
  readonly roots: readonly string[]
}

const DEBIAN: Readonly<Record<DockerConfig['base']['debian'], DebianFacts>> = {
  trixie: {
    python: '3.13',
    postgresql: '17',
    // libc-bin brings the locale C.UTF-8; without media-types and netbase types and ports have no names
    roots: [
      'base-files',
      'libc-bin',
      'ca-certificates',
      'python3',
      'python3-minimal',
      'tzdata',
      'media-types',
      'netbase',
    ],
  },
}

// initdb starts programs through a shell, and wants a name for the user that it runs as
const WITH_POSTGRESQL = ['dash', 'libnss-wrapper']

/** Bases of the variants: each one's layers begin with those of the smaller. */
export function basesOf({ base, variants, platforms }: DockerConfig): readonly BaseRequest[] {
  const { roots, postgresql } = DEBIAN[base.debian]
  const lean = { name: 'lean', roots }
  const layers: Readonly<Record<Variant, readonly { readonly name: string; readonly roots: readonly string[] }[]>> = {
    lean: [lean],
    full: [lean, { name: 'postgresql', roots: [`postgresql-${postgresql}`, ...WITH_POSTGRESQL] }],
  }
  return variants.map((name) => ({ kind: 'debian', name, suite: base.debian, layers: layers[name], platforms }))
}

/** The Python and machine that dependencies of an image are for. */
export function targetOf({ base }: DockerConfig, platform: Platform): Target {
  return { python: DEBIAN[base.debian].python, arch: platform === 'linux/amd64' ? 'amd64' : 'arm64' }
}

/** The PostgreSQL that the full image brings, and where its programs are; nothing where no full image is made. */
export function postgresqlOf({ base, variants }: DockerConfig): Layout['postgresql'] {
  if (!variants.includes('full')) return undefined
  const major = DEBIAN[base.debian].postgresql
  return { major, bin: `/usr/lib/postgresql/${major}/bin` }
}
