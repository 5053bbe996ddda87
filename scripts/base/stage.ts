import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveEntry, FileEntry } from '../lib/archive/entry.ts'
import { packLayer } from '../lib/archive/layer.ts'
import { type Base, resolvePath, type ViewEntry } from '../lib/core/base.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Architecture, Platform } from '../lib/core/facts.ts'
import type { BaseRequest } from '../lib/core/format.ts'
import { architectureOf, type LockedPackage, type LockFile, lockedLayer, parseLock } from '../lib/core/lock-file.ts'
import { type BaseListing, clearBases, type Drift, saveBase, saveBaseListing } from '../lib/io/base-files.ts'
import { spoolTo } from '../lib/io/spool.ts'
import type { Stage } from '../lib/io/stage.ts'
import { mapLimited } from './fetch.ts'
import { imageBase } from './image-base.ts'
import { assembleLayer, type UnpackedPackage } from './layer.ts'
import { cachedLayer, type Stacked } from './layer-cache.ts'
import { assertLinked } from './linkage.ts'
import { openSource } from './open-source.ts'
import { orSuccessor } from './successor.ts'

type DebianRequest = Extract<BaseRequest, { kind: 'debian' }>

const UNPACKED_AT_ONCE = 2 // what is inside lies in memory until the layer is packed

/** The base stage: `dist/base/` and `dist/base.json` from the locked packages; nothing from them is executed. */
export async function makeBase(stage: Stage): Promise<void> {
  await clearBases(stage.out)
  const lock = parseLock(await readFile(join(stage.out, 'inputs', 'slipway.lock'), 'utf8').catch(() => undefined))
  const scratch = join(stage.out, 'tmp', 'base')
  const drift: Drift[] = []
  const making: Making = { stage, lock, scratch, drift, made: new Map() }
  const bases: Record<string, BaseListing['bases'][string]> = {}
  try {
    for (const request of stage.plan.bases) bases[request.name] = await makeBases(making, request)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  // In the order of their names: packages are fetched at once
  const ordered = drift.toSorted((a, b) => (a.locked < b.locked ? -1 : 1))
  await saveBaseListing(stage.out, { schema: 1, bases, drift: ordered })
}

interface Making {
  readonly stage: Stage
  readonly lock: LockFile
  readonly scratch: string
  readonly drift: Drift[]
  readonly made: Map<string, Stacked> // bases that share their lower layers share the work
}

type SavedBases = BaseListing['bases'][string]

async function makeBases(making: Making, request: BaseRequest): Promise<SavedBases> {
  if (request.kind === 'debian') return makeDebianBases(making, request)
  const { stage, lock, scratch } = making
  return onEachPlatform(making, request, (platform) => imageBase(stage, lock, scratch, request, platform))
}

async function makeDebianBases(making: Making, request: DebianRequest): Promise<SavedBases> {
  const { stage, lock, scratch, drift } = making
  const source = await openSource({ locked: lock.debian[request.suite]?.releases ?? [] })
  try {
    const fetch = orSuccessor(request.suite, source, { ...stage, scratch }, drift)
    return await onEachPlatform(making, request, (platform) =>
      stackLayers(making, request, architectureOf(platform), fetch),
    )
  } finally {
    await source.close()
  }
}

async function onEachPlatform(
  { stage }: Making,
  { name, platforms }: BaseRequest,
  make: (platform: Platform) => Promise<Base>,
): Promise<SavedBases> {
  const saved: Record<string, Awaited<ReturnType<typeof saveBase>>> = {}
  for (const platform of platforms) {
    saved[platform] = await stage.report.task(`image base ${name} ${platform}`, async () =>
      saveBase(stage.out, name, platform, await make(platform)),
    )
  }
  return saved
}

type Fetch = (locked: LockedPackage, arch: Architecture) => Promise<UnpackedPackage>

async function stackLayers(making: Making, request: DebianRequest, arch: Architecture, fetch: Fetch): Promise<Base> {
  const stack: Stacked[] = []
  for (const wanted of request.layers) {
    const key = `${request.suite} ${wanted.name} ${arch}` // its name says what is below it as well
    const made =
      making.made.get(key) ?? (await makeLayer(making, wanted, { request, arch, fetch, below: stack.at(-1) }))
    making.made.set(key, made)
    stack.push(made)
  }
  const view = stack.at(-1)?.view ?? new Map<string, ViewEntry>()
  const packages = stack.flatMap((one) => one.packages)
  return {
    layers: stack.map(({ layer }) => layer),
    view,
    packages: packages.map(({ name, version, arch: architecture }) => ({ name, version, architecture })),
    config: { env: [], labels: {} },
    python: pythonOf(view),
  }
}

interface LayerPlace {
  readonly request: DebianRequest
  readonly arch: Architecture
  readonly fetch: Fetch
  readonly below: Stacked | undefined
}

async function makeLayer(
  { stage, lock, scratch }: Making,
  wanted: DebianRequest['layers'][number],
  { request, arch, fetch, below }: LayerPlace,
): Promise<Stacked> {
  const locked = lockedLayer(lock, request.suite, wanted)
  const { epoch } = locked
  const packages = locked.packages[arch]
  return cachedLayer(stage.cache, { name: wanted.name, arch, epoch, packages, below }, async () => {
    const unpacked = await mapLimited(packages, UNPACKED_AT_ONCE, (one) => fetch(one, arch))
    const { entries, view } = await assembleLayer(unpacked, below?.view ?? new Map())
    await assertLinked(entries.filter(isFile), view, arch)
    const layer = await packLayer(wanted.name, entries, epoch, (bytes) => spoolTo(scratch, bytes))
    return { layer, view, packages: unpacked.map((one) => one.locked) }
  })
}

const isFile = (entry: ArchiveEntry): entry is FileEntry => entry.kind === 'file'

function pythonOf(view: ReadonlyMap<string, ViewEntry>): Base['python'] {
  const path = resolvePath(view, 'usr/bin/python3', true)
  const minor = /python(3\.\d+)$/.exec(path)?.[1]
  if (minor !== undefined && view.has(path)) return { minor, path: `/${path}` }
  throw new ReleaseError('DEPS_UNRESOLVED', 'the image base has no Python', { hint: 'Add python3 to its roots.' })
}
