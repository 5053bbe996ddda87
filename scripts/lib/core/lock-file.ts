import { dump, load } from 'js-yaml'
import { z } from 'zod'
import { ReleaseError } from './error.ts'
import type { Architecture, Platform } from './facts.ts'
import type { BaseRequest } from './format.ts'

/** One package of a base, exact to the byte. */
export interface LockedPackage {
  readonly name: string
  readonly version: string
  readonly arch: string // amd64, arm64 or all
  readonly sha256: string
  readonly size: number
  readonly path: string // below any mirror: debian/pool/main/…
}

export interface LockedLayer {
  readonly roots: readonly string[]
  readonly above?: string | undefined // the layer that it stands on
  readonly epoch: number // the time of every file in it: the newest one in its packages
  readonly packages: Readonly<Record<Architecture, readonly LockedPackage[]>>
}

/** A release file that was verified when the lock was written. */
export interface LockedRelease {
  readonly archive: string
  readonly suite: string
  readonly date: number
  readonly signers: readonly string[]
}

/** Everything locked of one Debian release: layers by name, each the same in every base that has it. */
export interface LockedSuite {
  readonly releases: readonly LockedRelease[]
  readonly dropped: readonly string[] // wanted by somebody and left out on purpose
  readonly layers: Readonly<Record<string, LockedLayer>>
}

/** One layer of a registry image; its stored bytes are used as they are. */
export interface LockedImageLayer {
  readonly digest: string // sha256:… of the stored bytes
  readonly diffId: string // sha256:… of the tar inside
  readonly size: number // of the stored bytes
  readonly mediaType: string // OCI's own name, also where the registry has Docker's
}

/** A registry image for one machine. */
export interface LockedPlatform {
  readonly manifest: string
  readonly config: { readonly digest: string; readonly size: number }
  readonly layers: readonly LockedImageLayer[]
}

/** What a reference such as `docker.io/library/python:3.13-slim` named when the lock was written. */
export interface LockedImage {
  readonly digest: string // of its index, or of its only manifest
  readonly platforms: Readonly<Partial<Record<Architecture, LockedPlatform>>>
}

/** slipway.lock; what other parts keep in it is carried along. */
export interface LockFile {
  readonly schema: 1
  readonly debian: Readonly<Record<string, LockedSuite>>
  readonly images: Readonly<Record<string, LockedImage>> // by their reference
}

const PACKAGE: z.ZodType<LockedPackage> = z.object({
  name: z.string(),
  version: z.string(),
  arch: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number(),
  path: z.string(),
})
const LAYER: z.ZodType<LockedLayer> = z.object({
  roots: z.array(z.string()),
  above: z.string().optional(),
  epoch: z.number(),
  packages: z.object({ amd64: z.array(PACKAGE), arm64: z.array(PACKAGE) }),
})
const RELEASE: z.ZodType<LockedRelease> = z.object({
  archive: z.string(),
  suite: z.string(),
  date: z.number(),
  signers: z.array(z.string()),
})
const SUITE: z.ZodType<LockedSuite> = z.object({
  releases: z.array(RELEASE),
  dropped: z.array(z.string()),
  layers: z.record(z.string(), LAYER),
})
const DIGEST = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const PLATFORM: z.ZodType<LockedPlatform> = z.object({
  manifest: DIGEST,
  config: z.object({ digest: DIGEST, size: z.number() }),
  layers: z.array(z.object({ digest: DIGEST, diffId: DIGEST, size: z.number(), mediaType: z.string() })),
})
const IMAGE: z.ZodType<LockedImage> = z.object({
  digest: DIGEST,
  platforms: z.object({ amd64: PLATFORM.exactOptional(), arm64: PLATFORM.exactOptional() }),
})
const FILE: z.ZodType<LockFile> = z.looseObject({
  schema: z.literal(1),
  debian: z.record(z.string(), SUITE).default({}),
  images: z.record(z.string(), IMAGE).default({}),
})

/** Reads slipway.lock; nothing yet is an empty lock. */
export function parseLock(text: string | undefined): LockFile {
  const parsed = FILE.safeParse(text === undefined ? { schema: 1 } : load(text))
  if (parsed.success) return parsed.data
  throw new ReleaseError('CONFIG_INVALID', 'slipway.lock is not one that this version of Slipway reads', {
    hint: 'Restore it from git, or remove it and run `slipway lock`.',
    cause: parsed.error,
  })
}

const HEAD = '# Written by `slipway lock`; commit it, do not edit it.\n'

/** The text of slipway.lock: one line per package, so that a diff shows what changed. */
export function renderLock(lock: LockFile): string {
  const { debian, images, ...rest } = lock
  const parts = Object.entries({ debian, images }).filter(([, part]) => Object.keys(part).length > 0)
  return HEAD + dump({ ...rest, ...Object.fromEntries(parts) }, { lineWidth: -1, flowLevel: 7, sortKeys: false })
}

/** What the lock lacks for the bases that are asked for. */
export function unlocked(lock: LockFile, bases: readonly BaseRequest[]): readonly ReleaseError[] {
  return bases.flatMap((base) => {
    const checks =
      base.kind === 'debian'
        ? base.layers.map((layer) => () => lockedLayer(lock, base.suite, layer))
        : base.platforms.map((platform) => () => lockedPlatform(lock, base.image, platform))
    return checks.flatMap((check) => refusalOf(check))
  })
}

function refusalOf(check: () => unknown): readonly ReleaseError[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof ReleaseError) return [error]
    throw error
  }
}

/** The locked image of one machine; DEPS_UNRESOLVED when it is not locked, or was never made for that machine. */
export function lockedPlatform(lock: LockFile, image: string, platform: Platform): LockedPlatform {
  const known = lock.images[image]
  const found = known?.platforms[architectureOf(platform)]
  if (found !== undefined) return found
  if (known !== undefined) throw lacksPlatform(image, platform)
  throw new ReleaseError('DEPS_UNRESOLVED', `the base ${image} is not in slipway.lock`, {
    hint: 'Run `slipway lock` and commit slipway.lock.',
  })
}

/** The refusal of a base that its makers have not made for a machine. */
export function lacksPlatform(image: string, platform: Platform): ReleaseError {
  return new ReleaseError('DEPS_UNRESOLVED', `the base ${image} has no image for ${platform}`, {
    hint: 'Take this platform out of docker.platforms, or use another base.',
  })
}

/** The machine's name in Debian, which is also that of images. */
export function architectureOf(platform: Platform): Architecture {
  return platform === 'linux/amd64' ? 'amd64' : 'arm64'
}

/** The locked packages of a layer; DEPS_UNRESOLVED when the lock does not know it as it is asked for. */
export function lockedLayer(
  lock: LockFile,
  suite: string,
  layer: { readonly name: string; readonly roots: readonly string[] },
): LockedLayer {
  const found = lock.debian[suite]?.layers[layer.name]
  if (found !== undefined && found.roots.join() === layer.roots.join()) return found
  const what = found === undefined ? 'is not in slipway.lock' : 'has other roots than slipway.lock'
  throw new ReleaseError('DEPS_UNRESOLVED', `layer ${layer.name} of Debian ${suite} ${what}`, {
    hint: 'Run `slipway lock` and commit slipway.lock.',
  })
}

/** Every architecture that is locked, whatever is built: adding a platform needs no new lock. */
export const ARCHITECTURES: readonly Architecture[] = ['amd64', 'arm64']
