import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { packLayer } from '../lib/archive/layer.ts'
import { type Base, type BaseLayer, resolvePath } from '../lib/core/base.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Platform } from '../lib/core/facts.ts'
import { type LockedImageLayer, type LockFile, lockedPlatform } from '../lib/core/lock-file.ts'
import { spooledFile, spoolTo } from '../lib/io/spool.ts'
import type { Stage } from '../lib/io/stage.ts'
import { readImageLayer } from './image-layer.ts'
import { type ImageConfig, readImageConfig, refused } from './image-manifest.ts'
import { imagePackages } from './image-packages.ts'
import { type ImageSource, openImage, type RegistryRequest } from './image-registry.ts'
import { userEntries } from './image-users.ts'
import { ImageView } from './image-view.ts'
import { viewEntry } from './layer.ts'

/** A base from a registry: its own layers byte for byte, and one small layer where the user of the application is unknown. */
export async function imageBase(
  stage: Pick<Stage, 'cache' | 'report'>,
  lock: LockFile,
  scratch: string,
  request: RegistryRequest,
  platform: Platform,
): Promise<Base> {
  const { image } = request
  const locked = lockedPlatform(lock, image, platform)
  const source = await openImage(image, stage.cache, stage.report)
  const { created, config } = readImageConfig(image, await readFile(await source.blob(locked.config)))
  const view = new ImageView()
  const layers: BaseLayer[] = []
  for (const [index, layer] of locked.layers.entries()) {
    layers.push(await layerBelow(source, layer, `base-${index + 1}`, view))
  }
  assertGlibc(image, view)
  const users = userEntries(view)
  if (users.length > 0) {
    const spool = (bytes: AsyncIterable<Uint8Array>): ReturnType<typeof spoolTo> => spoolTo(scratch, bytes)
    layers.push(await packLayer('users', users, epochOf(created), spool))
    for (const entry of users) view.nodes.set(entry.path, viewEntry(entry))
  }
  return {
    layers,
    view: view.nodes,
    packages: imagePackages(view),
    config: { env: config.Env ?? [], labels: config.Labels ?? {} },
    origin: { name: image, digest: lock.images[image]?.digest ?? '' },
    python: findPython(image, view, config),
  }
}

async function layerBelow(
  source: ImageSource,
  layer: LockedImageLayer,
  name: string,
  view: ImageView,
): Promise<BaseLayer> {
  const path = await source.blob(layer)
  view.add(await readImageLayer(path, layer))
  const { digest, diffId, size, mediaType } = layer
  const bytes = spooledFile(path, { size, sha256: digest.slice('sha256:'.length) })
  return { name, digest, diffId, size, mediaType, bytes }
}

// Wheels for manylinux are linked with glibc (PEP 600); musl has its own, which are not resolved
function assertGlibc(image: string, { nodes }: ImageView): void {
  const names = [...nodes.keys()]
  if (names.some((path) => /(?:^|\/)ld-linux[^/]*\.so\.\d+$/.test(path))) return
  const musl = names.some((path) => /(?:^|\/)ld-musl-[^/]+\.so\.\d+$/.test(path))
  throw refused(image, musl ? 'is built on musl, for which no wheels are resolved' : 'has no dynamic loader of glibc')
}

// What an image without a PATH of its own gets from its runtime (runc, containerd)
const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

function findPython(image: string, { nodes }: ImageView, { Env }: ImageConfig['config']): Base['python'] {
  const line = Env?.find((one) => one.startsWith('PATH=')) ?? DEFAULT_PATH
  for (const folder of line.slice('PATH='.length).split(':').filter(posix.isAbsolute)) {
    const path = posix.join(folder, 'python3')
    const real = resolvePath(nodes, path, true)
    if (nodes.get(real)?.kind !== 'file') continue
    const minor = /python(3\.\d+)$/.exec(real)?.[1] ?? besideIt(nodes, real)
    if (minor !== undefined) return { minor, path }
  }
  throw new ReleaseError('DEPS_UNRESOLVED', `the base ${image} has no Python on its PATH`, {
    hint: 'Use a base with Python, such as docker.io/library/python:3.13-slim, or `base: { debian: trixie }`.',
  })
}

/** The minor of a `python3` that is no link: its library lies beside the folder of the program. */
function besideIt(nodes: ImageView['nodes'], real: string): string | undefined {
  const library = posix.join(posix.dirname(posix.dirname(real)), 'lib')
  const names = [...nodes.keys()].filter((path) => posix.dirname(path) === library).map((path) => posix.basename(path))
  return names.map((name) => /^python(3\.\d+)$/.exec(name)?.[1]).find((minor) => minor !== undefined)
}

/** Seconds; images made reproducibly may say the year 1. */
function epochOf(created: string | undefined): number {
  const seconds = Math.floor(Date.parse(created ?? '') / 1000)
  return Number.isFinite(seconds) ? Math.max(seconds, 0) : 0
}
