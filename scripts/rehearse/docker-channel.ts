import { randomBytes } from 'node:crypto'
import type { ImageOutput } from '../lib/core/artifact.ts'
import type { Facts } from '../lib/core/facts.ts'
import { atExit } from '../lib/io/interrupt.ts'
import { run } from '../lib/io/run.ts'
import type { Channel, UpgradableApp } from './channel.ts'
import { freePort } from './port.ts'

/** An image in its archive. */
export interface ImageArchive {
  readonly archive: string
  readonly image: Pick<ImageOutput, 'references'>
}

/** Which image, beside which database, in which engine. */
export interface DockerChannelOptions extends ImageArchive {
  readonly facts: Facts
  readonly database: string // URL of an empty one, as containers reach it
  /** Words for `docker run` in place of the strictest that an engine can, which an image of an own Dockerfile may not bear. */
  readonly words?: readonly string[]
  /** DOCKER_HOST and the like; nothing for the engine of this machine. */
  readonly engine?: Readonly<Record<string, string>>
}

/** An application in a container, with what belongs to it. */
export interface RunningContainer extends UpgradableApp<ImageArchive> {
  readonly container: string
  readonly volume: string
  readonly reference: string // of the image that `start` loaded
  /** Runs the `docker` command against the same engine. */
  docker(...words: readonly string[]): Promise<string>
}

interface DockerChannel extends Channel {
  start(): Promise<RunningContainer>
}

// A user that nobody made, in group 0 (OpenShift's rule), on a root that cannot be written, with no capability left
const CONFINED = ['--user=12345:0', '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--tmpfs=/tmp']
const STOP_SECONDS = 30

/** The image, loaded into a Docker engine and run as strictly as that engine can; everything kept lies in one volume. */
export function dockerChannel(options: DockerChannelOptions): DockerChannel {
  return { name: 'image in Docker', start: () => start(options) }
}

async function start(options: DockerChannelOptions): Promise<RunningContainer> {
  const docker = (...words: readonly string[]): Promise<string> =>
    run(['docker', ...words], { env: options.engine ?? {}, inherit: options.engine === undefined })
  const name = `slipway-${options.facts.app.name}-${randomBytes(4).toString('hex')}`
  const reference = await load(docker, options)
  let running = reference
  const remove = async (): Promise<void> => {
    forget()
    await docker('rm', '--force', '--volumes', name).catch(() => undefined) // not there before its first start
    await docker('volume', 'rm', '--force', name)
    await docker('image', 'rm', '--force', ...new Set([reference, running]))
  }
  const forget = atExit(remove)
  try {
    const port = await freePort()
    const begin = (): Promise<string> => docker(...startWords(options, name, running, port))
    const replace = async (): Promise<void> => {
      await docker('stop', `--time=${STOP_SECONDS}`, name)
      await docker('rm', name) // an update takes a new container too: only the volume may matter
      await begin()
    }
    await begin()
    return {
      url: `http://127.0.0.1:${port}`,
      container: name,
      volume: name,
      reference,
      docker,
      restart: replace,
      async upgrade(release) {
        running = await load(docker, release)
        await replace()
      },
      exec: (words) => docker('exec', name, options.facts.app.name, ...words),
      stop: remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

type Docker = RunningContainer['docker']

/** `Loaded image: REFERENCE`, one line for each name in the archive. */
async function load(docker: Docker, { archive, image }: ImageArchive): Promise<string> {
  const said = await docker('load', '--input', archive)
  const loaded = [...said.matchAll(/^Loaded image: (\S+)$/gm)].map(([, reference = '']) => reference)
  const reference = image.references.find((one) => loaded.includes(one)) ?? loaded[0]
  if (reference === undefined) throw new Error(`docker load named no image: ${said}`)
  return reference
}

function startWords(
  { facts, database, words = CONFINED }: DockerChannelOptions,
  name: string,
  reference: string,
  port: number,
): readonly string[] {
  const service = facts.runtime.services.find((one) => one.port !== undefined)
  const places = [`--name=${name}`, `--volume=${name}:/data`, `--publish=127.0.0.1:${port}:${service?.port ?? 8000}`]
  return ['run', '--detach', ...places, ...words, `--env=DATABASE_URL=${database}`, reference]
}
