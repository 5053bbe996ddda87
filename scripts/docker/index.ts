import type { Layout } from '../launcher/data.ts'
import type { Carries, Output } from '../lib/core/artifact.ts'
import type { BaseLayer } from '../lib/core/base.ts'
import { type Finding, ReleaseError } from '../lib/core/error.ts'
import type { Facts, Platform } from '../lib/core/facts.ts'
import { defineFormat, type Format, type Texts, type Work } from '../lib/core/format.ts'
import { imageArchive } from './archive.ts'
import {
  basesOf,
  type DockerConfig,
  dockerSchema,
  hasDockerfile,
  postgresqlOf,
  targetOf,
  type Variant,
} from './config.ts'
import { ownLayers } from './layers.ts'
import { placesOf } from './layout.ts'
import { annotationsOf, imageIndex, type PlatformImage, platformImage } from './manifest.ts'
import { namesInside, referencesOf, spelling, versionOf } from './names.ts'
import { buildOwnImage, checkOwnImage, ownOutputs } from './own-image.ts'

/** Container images: the application over a locked base, made without executing anything; or those of its own Dockerfile. */
export const docker: Format = defineFormat<DockerConfig>({
  name: 'docker',
  needs: [],
  schema: dockerSchema,
  reads: ({ dockerfile }) => (dockerfile === undefined ? [] : [dockerfile]),
  check,
  outputs,
  targets: (config) => (hasDockerfile(config) ? [] : config.platforms.map((platform) => targetOf(config, platform))),
  bases: (config) => (hasDockerfile(config) ? [] : basesOf(config)),
  build,
})

function check(facts: Facts, config: DockerConfig, texts: Texts): readonly Finding[] {
  return hasDockerfile(config) ? checkOwnImage(facts, config, texts) : checkVariants(facts, config)
}

function checkVariants(facts: Facts, { base, variants }: DockerConfig): readonly Finding[] {
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
  if (hasDockerfile(config)) return ownOutputs(facts, config)
  const places = placesOf(facts)
  const collected = facts.python.collect === undefined ? [] : [{ tree: 'collected', at: places.static } as const]
  const carries: Carries = [{ tree: 'bundle', at: places.app }, ...collected]
  return config.variants.map((variant) => ({
    kind: 'image',
    name: archiveName(facts, variant),
    platforms: config.platforms,
    references: referencesOf(config, tagOf(facts, variant)),
    carries,
  }))
}

async function build(work: Work, config: DockerConfig): Promise<void> {
  if (hasDockerfile(config)) return buildOwnImage(work, config)
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
  const references = namesInside(facts, config, tagOf(facts, variant))
  await work.write(archiveName(facts, variant), imageArchive({ references, index, images, epoch: facts.epoch }))
}

/** The full image is what a person means who names none. */
function tagOf(facts: Facts, variant: Variant): string {
  return variant === 'full' ? spelling(facts) : `${spelling(facts)}-${variant}`
}

function archiveName(facts: Facts, variant: Variant): string {
  return `${facts.app.name}-${spelling(facts)}-${variant}.oci.tar`
}
