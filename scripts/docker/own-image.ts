import type { Carried, Output } from '../lib/core/artifact.ts'
import type { Finding } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { Texts, Work } from '../lib/core/format.ts'
import { hasStatic } from '../lib/core/staged-tree.ts'
import { imageArchive } from './archive.ts'
import { buildContext } from './build-context.ts'
import type { OwnImageConfig } from './config.ts'
import { type Dockerfile, parseDockerfile } from './dockerfile.ts'
import { annotationsOf, imageIndex, outsideImage, type PlatformImage } from './manifest.ts'
import { namesInside, referencesOf, spelling, versionOf } from './names.ts'

/** The image of the application's own Dockerfile: one, whose tag is the version alone. */
export function ownOutputs(facts: Facts, config: OwnImageConfig): readonly Output[] {
  return [
    {
      kind: 'image',
      name: archiveName(facts),
      platforms: config.platforms,
      references: referencesOf(config, spelling(facts)),
      carries: carriedBy(facts, config),
      reproducible: false,
    },
  ]
}

const archiveName = (facts: Facts): string => `${facts.app.name}-${spelling(facts)}.oci.tar`

/** Where the configuration says it; else all static files, wherever prove finds them. */
function carriedBy(facts: Facts, { static: places }: OwnImageConfig): readonly Carried[] {
  const there = hasStatic(facts)
  return (['bundle', 'collected'] as const)
    .filter((tree) => there[tree] && (places === undefined || places[tree] !== undefined))
    .map((tree) => ({ tree, ...(places?.[tree] === undefined ? {} : { at: places[tree].replace(/^\/|\/$/g, '') }) }))
}

/** Builds the Dockerfile on the staged tree, once for each machine, into one archive. */
export async function buildOwnImage(work: Work, config: OwnImageConfig): Promise<void> {
  const { facts } = work
  const { dockerfile, target } = config
  const context = await buildContext(work, config)
  const annotations = annotationsOf(facts, {}, versionOf(facts))
  const args = Object.fromEntries(Object.entries(config.args).map(([name, value]) => [name, filledIn(value, facts)]))
  const images: PlatformImage[] = []
  for (const platform of config.platforms) {
    const wanted = { context, dockerfile, platform, args, labels: annotations }
    const made = await work.image(target === undefined ? wanted : { ...wanted, target })
    images.push(outsideImage(platform, made, annotations))
  }
  const references = namesInside(facts, config, spelling(facts))
  const index = imageIndex(images, annotations)
  await work.write(archiveName(facts), imageArchive({ references, index, images, epoch: facts.epoch }))
}

const WORDS: Readonly<Record<string, (facts: Facts) => string>> = {
  '{version}': ({ version }) => version.plain,
  '{tag}': ({ version }) => version.tag,
  '{commit}': ({ commit }) => commit,
  '{epoch}': ({ epoch }) => String(epoch),
}

function filledIn(value: string, facts: Facts): string {
  return value.replaceAll(/\{[a-z]+\}/g, (word) => WORDS[word]?.(facts) ?? word)
}

/** What is wrong between the section and the Dockerfile that it names. */
export function checkOwnImage(facts: Facts, config: OwnImageConfig, texts: Texts): readonly Finding[] {
  const text = texts.get(config.dockerfile)
  const absent = {
    path: ['dockerfile'],
    message: `${config.dockerfile} is not in the tree`,
    hint: 'Write it relative to the project, and commit it.',
  }
  const inside = text === undefined ? [absent] : stageFindings(config, parseDockerfile(text))
  return [...inside, ...argumentFindings(config), ...placeFindings(facts, config)]
}

function stageFindings({ dockerfile, target, stages }: OwnImageConfig, { stages: known }: Dockerfile): Finding[] {
  const names = known.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const hint = names.length === 0 ? 'It has none with a name: write `FROM … AS name`.' : `It has ${names.join(', ')}.`
  const named = [
    ...(target === undefined ? [] : [{ path: ['target'], name: target }]),
    ...Object.keys(stages).map((name) => ({ path: ['stages', name], name })),
  ]
  const unknown = named
    .filter(({ name }) => !names.includes(name.toLowerCase()))
    .map(({ path, name }) => ({ path, message: `${dockerfile} has no stage ${name}`, hint }))
  const made = target?.toLowerCase() ?? known.at(-1)?.name
  const whole = Object.keys(stages)
    .filter((name) => name.toLowerCase() === made)
    .map((name) => ({
      path: ['stages', name],
      message: `${name} is the stage that becomes the image`,
      hint: 'Name the stage that it copies static files from.',
    }))
  return [...unknown, ...whole]
}

function argumentFindings({ args }: OwnImageConfig): readonly Finding[] {
  return Object.entries(args).flatMap(([name, value]) =>
    (value.match(/\{[a-z]+\}/g) ?? [])
      .filter((word) => !Object.hasOwn(WORDS, word))
      .map((word) => ({
        path: ['args', name],
        message: `nothing stands for ${word}`,
        hint: `Known are ${Object.keys(WORDS).join(', ')}.`,
      })),
  )
}

const MAKERS = { bundle: 'frontends', collected: 'python.collect' } as const

function placeFindings(facts: Facts, { static: places = {} }: OwnImageConfig): readonly Finding[] {
  const there = hasStatic(facts)
  return (['bundle', 'collected'] as const)
    .filter((tree) => places[tree] !== undefined && !there[tree])
    .map((tree) => ({
      path: ['static', tree],
      message: `there are no such files without ${MAKERS[tree]}`,
      hint: `Describe ${MAKERS[tree]}, or remove this.`,
    }))
}
