import { ReleaseError } from '../core/error.ts'
import type { Command, ImageBuild } from '../core/format.ts'
import { run } from './run.ts'

/** What every builder is told besides what it shall build. */
export interface BuildPlace {
  readonly context: string // folder
  readonly tag: string // under which it keeps the image until it is saved
  readonly archive: string // file that it is saved to, as `docker save` writes it
  readonly epoch: number
}

type Words = (build: ImageBuild, place: BuildPlace) => Command

/** A program that builds images from a Dockerfile. */
export interface ImageBuilder {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly build: Words
  readonly save: Words
  readonly remove: Words
}

interface KnownBuilder extends ImageBuilder {
  /** Commands that must succeed, the output of the first one being of this form. */
  readonly asks: readonly Command[]
  readonly answer: RegExp
}

const VERSIONS: Command = ['docker', 'version', '--format', '{{.Client.Version}} {{.Server.Version}}']
const DOCKER = {
  // Provenance would stand beside the image as an image for an unknown machine
  env: { DOCKER_BUILDKIT: '1', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' },
  save: (_build, { tag, archive }) => ['docker', 'save', '--output', archive, tag],
  remove: (_build, { tag }) => ['docker', 'image', 'rm', '--force', tag],
} satisfies Partial<ImageBuilder>

/** THE builders, the first that answers builds. BuildKit is part of the `docker` command before 23, a plugin (buildx) since. */
const BUILDERS: readonly KnownBuilder[] = [
  {
    ...DOCKER,
    name: 'docker buildx',
    asks: [VERSIONS, ['docker', 'buildx', 'version']],
    answer: /^\S+ \S+/,
    build: (build, place) => ['docker', 'buildx', 'build', '--load', ...dockerWords(build, place)],
  },
  {
    ...DOCKER,
    name: 'docker build',
    asks: [VERSIONS],
    answer: /^(?:19|2[0-2])\.\S+ \S+/,
    build: (build, place) => ['docker', 'build', ...dockerWords(build, place)],
  },
  {
    name: 'buildah',
    env: {},
    asks: [['buildah', 'version']],
    answer: /Version/,
    build: (build, place) => ['buildah', 'build', '--layers', '--force-rm', '--format=docker', ...words(build, place)], // OCI has no HEALTHCHECK
    save: (_build, { tag, archive }) => ['buildah', 'push', tag, `docker-archive:${archive}:${tag}`],
    remove: (_build, { tag }) => ['buildah', 'rmi', tag],
  },
]

function dockerWords(build: ImageBuild, place: BuildPlace): readonly string[] {
  return ['--progress=plain', ...words(build, place)]
}

function words({ dockerfile, target, platform, args, labels }: ImageBuild, place: BuildPlace): readonly string[] {
  const given = { SOURCE_DATE_EPOCH: String(place.epoch), ...args }
  return [
    `--file=${place.context}/${dockerfile}`,
    `--platform=${platform}`,
    `--tag=${place.tag}`,
    ...(target === undefined ? [] : [`--target=${target}`]),
    ...Object.entries(given).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    place.context,
  ]
}

/** The first builder that this machine has; TOOL_MISSING says what to install. */
export async function findBuilder(): Promise<ImageBuilder> {
  for (const builder of BUILDERS) if (await answers(builder)) return builder
  throw new ReleaseError(
    'TOOL_MISSING',
    'nothing here builds a Dockerfile: no Docker engine with BuildKit answers, and there is no buildah',
    {
      hint: 'Start Docker with its plugin buildx (docs.docker.com/engine/install), or install buildah (`sudo apt install buildah`), and run the same command again.',
    },
  )
}

async function answers({ asks, answer, env }: KnownBuilder): Promise<boolean> {
  const said: string[] = []
  for (const command of asks) {
    const output = await run(command, { env, inherit: true }).catch(absent)
    if (output === undefined) return false
    said.push(output)
  }
  return answer.test(said[0] ?? '')
}

function absent(error: unknown): undefined {
  if (error instanceof ReleaseError && ['TOOL_MISSING', 'COMMAND_FAILED'].includes(error.code)) return undefined
  throw error
}
