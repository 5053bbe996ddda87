import { readFile } from 'node:fs/promises'
import { ReleaseError } from '../lib/core/error.ts'
import type { BaseRequest } from '../lib/core/format.ts'
import {
  ARCHITECTURES,
  type LockedImage,
  type LockedLayer,
  type LockedPackage,
  type LockedRelease,
  type LockedSuite,
  parseLock,
  renderLock,
} from '../lib/core/lock-file.ts'
import { now } from '../lib/io/clock.ts'
import { writeBeside } from '../lib/io/files.ts'
import type { Report } from '../lib/io/report.ts'
import { openTextFile } from '../lib/io/text-file.ts'
import { closure } from './closure.ts'
import { fetchTime, mapLimited } from './fetch.ts'
import { EXCLUDED } from './file-rules.ts'
import { imageChanges, lockImage } from './image-lock.ts'
import { type IndexAccess, loadIndex, loadReleases } from './indexes.ts'
import { lockChanges } from './lock-changes.ts'
import { openSource } from './open-source.ts'
import type { BinaryPackage, PackageIndex } from './package-index.ts'
import type { Release } from './release.ts'
import type { ByteSource } from './sources.ts'
import { pinnedKeys, suiteParts } from './suites.ts'

export type DebianRequest = Extract<BaseRequest, { kind: 'debian' }>

/** What a lock is made with: `keys` are the armored keys that may sign, `source` is as SLIPWAY_DEBIAN_MIRROR. */
export interface LockOptions {
  readonly keys: readonly string[]
  readonly cache: string
  readonly report: Report
  readonly source?: string | undefined
}

/** Writes slipway.lock anew for all bases that are asked for; gives what changed, one line per package. */
export async function lockFile(
  path: string,
  bases: readonly BaseRequest[],
  options: Omit<LockOptions, 'keys'>,
): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const before = parseLock(text)
  const requests = bases.filter((base) => base.kind === 'debian')
  const debian: Record<string, LockedSuite> = {}
  for (const suite of new Set(requests.map((request) => request.suite))) {
    const own = requests.filter((request) => request.suite === suite)
    debian[suite] = await lockSuite(own, before.debian[suite], { ...options, keys: await pinnedKeys(suite) })
  }
  const images: Record<string, LockedImage> = {}
  for (const request of bases.filter((base) => base.kind === 'registry')) {
    images[request.image] ??= await lockImage(request, options)
  }
  await writeBeside(path, renderLock({ ...before, debian, images }))
  return [
    ...Object.entries(debian).flatMap(([suite, locked]) => lockChanges(before.debian[suite], locked)),
    ...Object.entries(images).flatMap(([image, locked]) => imageChanges(image, before.images[image], locked)),
  ]
}

/** Locks every layer of the bases of one Debian release for all architectures, from its signed indexes of today. */
export async function lockSuite(
  requests: readonly DebianRequest[],
  previous: LockedSuite | undefined,
  options: LockOptions,
): Promise<LockedSuite> {
  const suite = requests[0]?.suite ?? ''
  const source = await openSource({ asked: options.source })
  try {
    const access = { source, keys: options.keys, cache: options.cache, now: now() }
    const releases = await loadReleases(suiteParts(suite), access)
    assertNotOlder(releases, previous?.releases ?? [])
    const resolved = await resolveLayers(distinctLayers(requests), releases, access, options.report)
    const layers = await options.report.task('times of the locked packages', () =>
      dated(resolved.layers, previous?.layers ?? {}, access),
    )
    const locked = releases.map(({ archive, suite: part, date, signers }) => ({ archive, suite: part, date, signers }))
    return { releases: locked, dropped: resolved.dropped, layers }
  } finally {
    await source.close()
  }
}

/** An old release file, still validly signed, would bring old packages with known faults back. */
export function assertNotOlder(releases: readonly Release[], previous: readonly LockedRelease[]): void {
  for (const { archive, suite, date } of releases) {
    const before = previous.find((one) => one.archive === archive && one.suite === suite)
    if (before === undefined || date >= before.date) continue
    throw new ReleaseError(
      'SIGNATURE_INVALID',
      `the mirror's ${archive} ${suite} is older than the one in slipway.lock`,
      {
        hint: 'Use another mirror, or wait until this one has caught up.',
      },
    )
  }
}

interface WantedLayer {
  readonly name: string
  readonly roots: readonly string[]
  readonly above?: string
}

/** Each layer once, lower ones first; two bases that share a layer's name share the layer. */
export function distinctLayers(requests: readonly DebianRequest[]): readonly WantedLayer[] {
  const layers = new Map<string, WantedLayer>()
  for (const request of requests) {
    for (const [index, { name, roots }] of request.layers.entries()) {
      const below = request.layers[index - 1]?.name
      const layer: WantedLayer = { name, roots, ...(below === undefined ? {} : { above: below }) }
      const known = layers.get(name)
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(layer)) throw new Error(`two layers ${name}`)
      layers.set(name, layer)
    }
  }
  return [...layers.values()]
}

type Undated = Omit<LockedLayer, 'epoch'>

async function resolveLayers(
  wanted: readonly WantedLayer[],
  releases: readonly Release[],
  access: IndexAccess,
  report: Report,
): Promise<{ layers: Record<string, Undated>; dropped: string[] }> {
  const dropped = new Set<string>()
  const perArchitecture: Record<string, Record<string, LockedPackage[]>> = {}
  for (const arch of ARCHITECTURES) {
    const texts = openTextFile()
    try {
      const index = await report.task(`signed indexes of ${arch}`, () => loadIndex(releases, arch, access, texts))
      const found = resolveOn(index, wanted)
      perArchitecture[arch] = found.packages
      for (const line of found.dropped) dropped.add(line)
    } finally {
      texts.close()
    }
  }
  const layers = wanted.map(({ name, roots, above }): [string, Undated] => {
    const packages = { amd64: perArchitecture['amd64']?.[name] ?? [], arm64: perArchitecture['arm64']?.[name] ?? [] }
    return [name, { roots, ...(above === undefined ? {} : { above }), packages }]
  })
  return { layers: Object.fromEntries(layers), dropped: [...dropped].sort() }
}

function resolveOn(
  index: PackageIndex,
  wanted: readonly WantedLayer[],
): { packages: Record<string, LockedPackage[]>; dropped: string[] } {
  const closures = new Map<string, readonly BinaryPackage[]>() // with everything below
  const packages: Record<string, LockedPackage[]> = {}
  const dropped: string[] = []
  for (const { name, roots, above } of wanted) {
    const below = above === undefined ? [] : (closures.get(above) ?? [])
    const found = closure(index, roots, EXCLUDED, below)
    closures.set(name, [...below, ...found.packages])
    packages[name] = found.packages.map(lockPackage)
    dropped.push(...found.dropped.map(({ wants, by }) => `${wants} (wanted by ${by})`))
  }
  return { packages, dropped }
}

function lockPackage({ name, version, arch, sha256, size, path }: BinaryPackage): LockedPackage {
  return { name, version, arch, sha256, size, path }
}

/** The newest time in any package of a layer is the time of all its files: a push of another package changes nothing. */
async function dated(
  layers: Readonly<Record<string, Undated>>,
  previous: LockedSuite['layers'],
  { source, cache }: { readonly source: ByteSource; readonly cache: string },
): Promise<Record<string, LockedLayer>> {
  const result: Record<string, LockedLayer> = {}
  for (const [name, { packages, ...layer }] of Object.entries(layers)) {
    const known = previous[name]
    const all = ARCHITECTURES.flatMap((arch) => packages[arch])
    const newest = (locked: LockedPackage): Promise<number> => fetchTime(source, cache, locked)
    const isSame = known !== undefined && JSON.stringify(known.packages) === JSON.stringify(packages)
    const epoch = isSame ? known.epoch : Math.max(...(await mapLimited(all, 2, newest)))
    result[name] = { ...layer, epoch, packages }
  }
  return result
}
