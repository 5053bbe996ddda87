import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveEntry, FileEntry } from '../lib/archive/entry.ts'
import { packLayer } from '../lib/archive/layer.ts'
import { type Base, type BaseLayer, resolvePath, type ViewEntry } from '../lib/core/base.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Architecture } from '../lib/core/facts.ts'
import type { BaseRequest } from '../lib/core/format.ts'
import { type BaseListing, clearBases, type Drift, saveBase, saveBaseListing } from '../lib/io/base-files.ts'
import { spoolTo } from '../lib/io/spool.ts'
import type { Stage } from '../lib/io/stage.ts'
import { mapLimited } from './fetch.ts'
import { assembleLayer, type UnpackedPackage } from './layer.ts'
import { assertLinked } from './linkage.ts'
import { type LockedPackage, type LockFile, lockedLayer, parseLock } from './lock-file.ts'
import { openSource } from './open-source.ts'
import { orSuccessor } from './successor.ts'

type DebianRequest = Extract<BaseRequest, { kind: 'debian' }>

const UNPACKED_AT_ONCE = 4

/** The base stage: `dist/base/` and `dist/base.json` from the locked packages; nothing from them is executed. */
export async function makeBase(stage: Stage): Promise<void> {
  await clearBases(stage.out)
  const lock = parseLock(await readFile(join(stage.out, 'inputs', 'slipway.lock'), 'utf8').catch(() => undefined))
  const scratch = join(stage.out, 'tmp', 'base')
  const drift: Drift[] = []
  const bases: Record<string, BaseListing['bases'][string]> = {}
  try {
    for (const request of stage.plan.bases) {
      const saved = await makeDebianBase({ stage, lock, scratch, drift }, asDebian(request))
      bases[request.name] = saved
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  await saveBaseListing(stage.out, { schema: 1, bases, drift })
}

interface Making {
  readonly stage: Stage
  readonly lock: LockFile
  readonly scratch: string
  readonly drift: Drift[]
}

function asDebian(request: BaseRequest): DebianRequest {
  if (request.kind === 'debian') return request
  throw new ReleaseError('CONFIG_INVALID', `image base ${request.name}: registry images cannot be read yet`, {
    hint: 'Use `base: { debian: trixie }`.',
  })
}

async function makeDebianBase(making: Making, request: DebianRequest): Promise<BaseListing['bases'][string]> {
  const { stage, lock, drift } = making
  const saved: Record<string, Awaited<ReturnType<typeof saveBase>>> = {}
  const source = await openSource({ locked: lock.debian[request.suite]?.releases ?? [] })
  try {
    const fetch = orSuccessor(request.suite, source, stage, drift)
    for (const platform of request.platforms) {
      const arch: Architecture = platform === 'linux/amd64' ? 'amd64' : 'arm64'
      saved[platform] = await stage.report.task(`image base ${request.name} ${platform}`, async () => {
        const base = await stackLayers(making, request, arch, fetch)
        return saveBase(stage.out, request.name, platform, base)
      })
    }
  } finally {
    await source.close()
  }
  return saved
}

type Fetch = (locked: LockedPackage, arch: Architecture) => Promise<UnpackedPackage>

async function stackLayers(making: Making, request: DebianRequest, arch: Architecture, fetch: Fetch): Promise<Base> {
  const layers: BaseLayer[] = []
  const packages: LockedPackage[] = []
  let view: ReadonlyMap<string, ViewEntry> = new Map()
  for (const wanted of request.layers) {
    const locked = lockedLayer(making.lock, request.suite, wanted)
    const unpacked = await mapLimited(locked.packages[arch], UNPACKED_AT_ONCE, (one) => fetch(one, arch))
    const assembled = await assembleLayer(unpacked, view)
    view = assembled.view
    await assertLinked(assembled.entries.filter(isFile), view, arch)
    layers.push(
      await packLayer(wanted.name, assembled.entries, locked.epoch, (bytes) => spoolTo(making.scratch, bytes)),
    )
    packages.push(...unpacked.map((one) => one.locked))
  }
  return {
    layers,
    view,
    packages: packages.map(({ name, version, arch: architecture }) => ({ name, version, architecture })),
    config: { env: [], labels: {} },
    python: pythonOf(view),
  }
}

const isFile = (entry: ArchiveEntry): entry is FileEntry => entry.kind === 'file'

function pythonOf(view: ReadonlyMap<string, ViewEntry>): Base['python'] {
  const path = resolvePath(view, 'usr/bin/python3', true)
  const minor = /python(3\.\d+)$/.exec(path)?.[1]
  if (minor !== undefined && view.has(path)) return { minor, path: `/${path}` }
  throw new ReleaseError('DEPS_UNRESOLVED', 'the image base has no Python', { hint: 'Add python3 to its roots.' })
}
