import type { Carries, Output } from '../lib/core/artifact.ts'
import { type Finding, ReleaseError } from '../lib/core/error.ts'
import type { Facts, Platform } from '../lib/core/facts.ts'
import { defineFormat, type Format, type Work } from '../lib/core/format.ts'
import { imageArchive } from './archive.ts'
import { basesOf, type DockerConfig, dockerSchema, targetOf, type Variant } from './config.ts'
import { ownLayers } from './layers.ts'
import { placesOf } from './layout.ts'
import { annotationsOf, imageIndex, type PlatformImage, platformImage } from './manifest.ts'

/** Container images: the application over a base of locked Debian packages; nothing is executed to make them. */
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

function check(facts: Facts): readonly Finding[] {
  if (facts.runtime.services.length > 0) return []
  return [{ path: [], message: 'there is no service to start', hint: 'Describe one in runtime.services.' }]
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
  for (const variant of config.variants) {
    const images: PlatformImage[] = []
    for (const platform of config.platforms) images.push(await buildPlatform(work, config, variant, platform))
    await writeImage(work, config, variant, images)
  }
}

async function buildPlatform(
  work: Work,
  config: DockerConfig,
  variant: Variant,
  platform: Platform,
): Promise<PlatformImage> {
  const { facts } = work
  const target = targetOf(config, platform)
  const base = await work.base(variant, platform)
  if (base.python.minor !== target.python) {
    throw new ReleaseError(
      'DEPS_UNRESOLVED',
      `the image base brings Python ${base.python.minor}, not ${target.python}`,
      {
        hint: 'Run `slipway lock`, and `slipway plan` again.',
      },
    )
  }
  const own = await ownLayers(work, base, target)
  return platformImage({ facts, platform, base, own, annotations: annotationsOf(facts, base, versionOf(facts)) })
}

async function writeImage(
  work: Work,
  config: DockerConfig,
  variant: Variant,
  images: readonly PlatformImage[],
): Promise<void> {
  const { facts } = work
  const base = await work.base(variant, config.platforms[0] ?? 'linux/amd64')
  const index = imageIndex(images, annotationsOf(facts, base, versionOf(facts)))
  const repositories = config.repositories.length > 0 ? config.repositories : [facts.app.name]
  const references = repositories.map((repository) => `${repository}:${tagOf(facts, variant)}`)
  await work.write(archiveName(facts, variant), imageArchive({ references, index, images, epoch: facts.epoch }))
}

function versionOf({ version: { semver } }: Facts): string {
  if ('refused' in semver) throw new ReleaseError('VERSION_UNSPELLABLE', semver.refused)
  return semver.value
}

/** Tags and asset names have no room for the `+` of build metadata. */
function tagOf(facts: Facts, variant: Variant): string {
  return `${versionOf(facts).replaceAll('+', '.')}-${variant}`
}

function archiveName(facts: Facts, variant: Variant): string {
  return `${facts.app.name}-${tagOf(facts, variant)}.oci.tar`
}
