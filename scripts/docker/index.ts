import type { Layout } from '../launcher/data.ts'
import type { Carries, Output } from '../lib/core/artifact.ts'
import type { BaseLayer } from '../lib/core/base.ts'
import { type Finding, ReleaseError } from '../lib/core/error.ts'
import type { Facts, Platform } from '../lib/core/facts.ts'
import { defineFormat, type Format, type Work } from '../lib/core/format.ts'
import { imageArchive } from './archive.ts'
import { basesOf, type DockerConfig, dockerSchema, postgresqlOf, targetOf, type Variant } from './config.ts'
import { ownLayers } from './layers.ts'
import { placesOf } from './layout.ts'
import { annotationsOf, imageIndex, type PlatformImage, platformImage } from './manifest.ts'

/** Container images: the application over a locked base; nothing is executed to make them. */
export const docker: Format = defineFormat<DockerConfig>({
  name: 'docker',
  needs: [],
  schema: dockerSchema,
  check,
  outputs,
  targets: (config) => config.platforms.map((platform) => targetOf(config, platform)),
  bases: basesOf,
  build,
})

function check(facts: Facts, { base, variants }: DockerConfig): readonly Finding[] {
  const isFull = variants.includes('full')
  const services = { path: [], message: 'there is no service to start', hint: 'Describe one in runtime.services.' }
  const unused = {
    path: ['variants'],
    message: 'full brings PostgreSQL, but runtime.database asks for none',
    hint: 'Remove full: the lean image has everything, or describe the database in runtime.database.',
  }
  const foreign = {
    path: ['variants'],
    message: 'full takes PostgreSQL from Debian, which does not go above a registry image',
    hint: 'Remove full, or use `base: { debian: trixie }`.',
  }
  return [
    ...(facts.runtime.services.length === 0 ? [services] : []),
    ...(isFull && facts.runtime.database?.kind !== 'postgresql' ? [unused] : []),
    ...(isFull && 'image' in base ? [foreign] : []),
  ]
}

function outputs(facts: Facts, config: DockerConfig): readonly Output[] {
  const places = placesOf(facts)
  const collected = facts.python.collect === undefined ? [] : [{ tree: 'collected', at: places.static } as const]
  const carries: Carries = [{ tree: 'bundle', at: places.app }, ...collected]
  return config.variants.map((variant) => ({
    kind: 'image',
    name: archiveName(facts, variant),
    platforms: config.platforms,
    references: config.repositories.map((repository) => `${repository}:${tagOf(facts, variant)}`),
    carries,
  }))
}

async function build(work: Work, config: DockerConfig): Promise<void> {
  const [lowest] = config.variants.toSorted((a, b) => RANK[a] - RANK[b])
  if (lowest === undefined) return
  const own = new Map<Platform, readonly BaseLayer[]>()
  for (const platform of config.platforms) own.set(platform, await applicationLayers(work, config, lowest, platform))
  for (const variant of config.variants) await writeImage(work, config, variant, own)
}

const RANK: Readonly<Record<Variant, number>> = { lean: 0, full: 1 }

/** Made once, over the smallest base, so that every variant has the very same ones. */
async function applicationLayers(
  work: Work,
  config: DockerConfig,
  variant: Variant,
  platform: Platform,
): Promise<readonly BaseLayer[]> {
  const target = targetOf(config, platform)
  const base = await work.base(variant, platform)
  if (base.python.minor === target.python) return ownLayers(work, base, target, insideFull(work.facts, config))
  throw new ReleaseError('DEPS_UNRESOLVED', `the image base brings Python ${base.python.minor}, not ${target.python}`, {
    hint: `Write python: "${base.python.minor}" in docker.base, or run \`slipway lock\`; then plan again.`,
  })
}

/** What the launcher of every variant is told of the full one. */
function insideFull(facts: Facts, config: DockerConfig): Layout['postgresql'] {
  const postgresql = postgresqlOf(config)
  const repository = config.repositories[0] ?? facts.app.name
  return postgresql && { ...postgresql, image: `${repository}:${tagOf(facts, 'full')}` }
}

async function writeImage(
  work: Work,
  config: DockerConfig,
  variant: Variant,
  own: ReadonlyMap<Platform, readonly BaseLayer[]>,
): Promise<void> {
  const { facts } = work
  const images: PlatformImage[] = []
  for (const [platform, layers] of own) {
    const base = await work.base(variant, platform)
    const annotations = annotationsOf(facts, base, versionOf(facts))
    images.push(platformImage({ facts, platform, base, own: layers, annotations }))
  }
  const [first = 'linux/amd64'] = config.platforms
  const index = imageIndex(images, annotationsOf(facts, await work.base(variant, first), versionOf(facts)))
  const repositories = config.repositories.length > 0 ? config.repositories : [facts.app.name]
  const references = repositories.map((repository) => `${repository}:${tagOf(facts, variant)}`)
  await work.write(archiveName(facts, variant), imageArchive({ references, index, images, epoch: facts.epoch }))
}

function versionOf({ version: { semver } }: Facts): string {
  if ('refused' in semver) {
    const hint = 'Release a version that SemVer can spell, or leave this format out with --skip docker.'
    throw new ReleaseError('VERSION_UNSPELLABLE', semver.refused, { hint })
  }
  return semver.value
}

/** Tags and asset names have no room for the `+` of build metadata. */
function spelling(facts: Facts): string {
  return versionOf(facts).replaceAll('+', '.')
}

/** The full image is what a person means who names none. */
function tagOf(facts: Facts, variant: Variant): string {
  return variant === 'full' ? spelling(facts) : `${spelling(facts)}-${variant}`
}

function archiveName(facts: Facts, variant: Variant): string {
  return `${facts.app.name}-${spelling(facts)}-${variant}.oci.tar`
}
