import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { measured } from '../archive/digest.ts'
import { gzip } from '../archive/gzip.ts'
import type { BaseLayer } from '../core/base.ts'
import { ReleaseError } from '../core/error.ts'
import type { ImageBuild, OutsideImage, Spooled } from '../core/format.ts'
import { assertFreeSpace } from './files.ts'
import { type BuildPlace, findBuilder, type ImageBuilder } from './image-builders.ts'
import { atExit } from './interrupt.ts'
import { type ArchiveBlobs, openArchiveBlobs } from './oci-blobs.ts'
import { run } from './run.ts'
import { spoolTo } from './spool.ts'
import type { Stage } from './stage.ts'
import { writeTree } from './tree-files.ts'

const ROOM = 2 ** 30

/** Builds a Dockerfile with the builder that is there, and reads what it made; nothing of it stays with the builder but its cache. */
export async function buildImage(stage: Stage, scratch: string, build: ImageBuild): Promise<OutsideImage> {
  const builder = await findBuilder()
  await assertFreeSpace(stage.out, ROOM)
  const { epoch } = stage.plan.facts
  const id = randomBytes(8).toString('hex')
  const place = {
    context: join(scratch, `context-${id}`),
    archive: join(scratch, `${id}.tar`),
    tag: `localhost/slipway-build-${id}:build`,
    epoch,
  }
  await mkdir(scratch, { recursive: true })
  await layContext(build, place)
  try {
    await stage.report.task(`${builder.name} ${build.dockerfile} ${build.platform}`, (task) =>
      runBuilder(builder, build, place, (line) => task.update(line)),
    )
    return await readSaved(await openArchiveBlobs(place.archive), scratch)
  } finally {
    await rm(place.archive, { force: true })
    await rm(place.context, { recursive: true, force: true })
  }
}

/** The files of the context with the release's time and the modes of a fresh clone, whatever the umask of the person. */
async function layContext({ context: tree }: ImageBuild, { context, epoch }: BuildPlace): Promise<void> {
  await writeTree(context, tree)
  const entries = await readdir(context, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((one) => !one.isSymbolicLink())) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    await utimes(path, epoch, epoch)
  }
}

async function runBuilder(
  builder: ImageBuilder,
  build: ImageBuild,
  place: BuildPlace,
  onLine: (line: string) => void,
): Promise<void> {
  const options = { env: builder.env, inherit: true }
  const remove = (): Promise<unknown> => run(builder.remove(build, place), options).catch(() => undefined)
  await run(builder.build(build, place), { ...options, onLine }).catch((cause: unknown) => {
    throw buildError(builder, build, cause)
  })
  const forget = atExit(remove)
  try {
    await run(builder.save(build, place), options)
  } finally {
    await remove()
    forget()
  }
}

const FOREIGN = { x64: 'linux/amd64', arm64: 'linux/arm64' } as Readonly<Record<string, string>>

function buildError({ name }: ImageBuilder, { dockerfile, platform }: ImageBuild, cause: unknown): unknown {
  if (!(cause instanceof ReleaseError && cause.code === 'COMMAND_FAILED')) return cause
  const own = FOREIGN[process.arch] === platform
  const hint = own
    ? 'Read the last lines of what it said: the folder that it saw is the staged tree, which holds what is committed and the static files.'
    : 'Read the last lines of what it said; to run programs of another machine it needs qemu-user-static and binfmt.'
  return new ReleaseError('COMMAND_FAILED', `${name} cannot build ${dockerfile} for ${platform}`, {
    hint,
    cause: cause.cause,
  })
}

interface Saved {
  readonly Config: string
  readonly Layers: readonly string[]
}

/** An archive of `docker save`, old or new: `manifest.json` names the configuration and the layers. */
async function readSaved(archive: ArchiveBlobs, scratch: string): Promise<OutsideImage> {
  const [saved]: readonly (Saved | undefined)[] = JSON.parse(await textOf(archive, 'manifest.json'))
  if (saved === undefined) throw unreadable('names no image')
  const config = await archive.member(saved.Config)
  const { rootfs }: { rootfs: { diff_ids: readonly string[] } } = JSON.parse(Buffer.from(config).toString())
  if (rootfs.diff_ids.length !== saved.Layers.length) throw unreadable('has other layers than its configuration names')
  const layers: BaseLayer[] = []
  for (const [index, name] of saved.Layers.entries()) {
    layers.push(await readLayer(archive, name, rootfs.diff_ids[index] ?? '', scratch))
  }
  return { config, layers }
}

async function textOf(archive: ArchiveBlobs, name: string): Promise<string> {
  return Buffer.from(await archive.member(name)).toString()
}

function unreadable(what: string): ReleaseError {
  const hint = 'Please report it, with the name and version of the builder.'
  return new ReleaseError('PROOF_FAILED', `the archive that the builder saved ${what}`, { hint })
}

// First bytes of RFC 1952 and RFC 8878, and what such a layer is called (OCI image specification, "Media Types")
const PACKED = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
] as const

async function readLayer(archive: ArchiveBlobs, name: string, diffId: string, scratch: string): Promise<BaseLayer> {
  const spool = (bytes: AsyncIterable<Uint8Array>): Promise<Spooled> => spoolTo(scratch, bytes)
  const magic = await firstBytes(archive.open(name))
  const packed = PACKED.find(([start]) => magic.startsWith(start))?.[1]
  if (packed !== undefined) return layerOf(await spool(archive.open(name)), diffId, packed)
  const tar = measured(archive.open(name), ['sha256'])
  const bytes = await spool(gzip(tar.bytes))
  if (`sha256:${tar.result().hex('sha256')}` !== diffId)
    throw unreadable('has other bytes than its configuration names')
  return layerOf(bytes, diffId, 'gzip')
}

function layerOf(bytes: Spooled, diffId: string, packed: 'gzip' | 'zstd'): BaseLayer {
  const mediaType = `application/vnd.oci.image.layer.v1.tar+${packed}`
  return { name: 'dockerfile', digest: `sha256:${bytes.sha256}`, diffId, size: bytes.size, mediaType, bytes }
}

async function firstBytes(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  for await (const chunk of bytes) return Buffer.from(chunk.subarray(0, 4)).toString('hex')
  return ''
}
