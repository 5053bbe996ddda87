import { type ErrorCode, ReleaseError } from '../lib/core/error.ts'
import type { LockedPackage } from '../lib/core/lock-file.ts'
import { cachedFile } from '../lib/io/cache.ts'
import { type DebHead, readDeb, readDebHead } from './deb-file.ts'
import type { UnpackedPackage } from './layer.ts'
import { field } from './package-index.ts'
import type { ByteSource } from './sources.ts'

// What a body that was cut short looks like; a second time it is no accident
const PASSING: readonly ErrorCode[] = ['HASH_MISMATCH', 'NETWORK_FAILED']

/** A locked package from the cache or a source, its sha256 and its own name and version checked, and unpacked; its large files go to `scratch` where that is given. */
export async function fetchPackage(
  source: ByteSource,
  cache: string,
  locked: LockedPackage,
  scratch?: string,
): Promise<UnpackedPackage> {
  const deb = await readDeb(packageName(locked), await packageFile(source, cache, locked), scratch)
  assertItself(locked, deb)
  return { locked, deb }
}

/** The newest time in a locked package, which is fetched and checked in the same way. */
export async function fetchTime(source: ByteSource, cache: string, locked: LockedPackage): Promise<number> {
  const head = await readDebHead(packageName(locked), await packageFile(source, cache, locked))
  assertItself(locked, head)
  return head.newest
}

async function packageFile(source: ByteSource, cache: string, locked: LockedPackage): Promise<string> {
  const load = (): Promise<string> =>
    cachedFile(cache, locked.sha256, packageName(locked), () => source.open(locked.path))
  return load().catch((error: unknown) => {
    if (!(error instanceof ReleaseError) || !PASSING.includes(error.code)) throw error
    return load()
  })
}

function assertItself(locked: LockedPackage, { control }: DebHead): void {
  for (const [name, value] of [
    ['Package', locked.name],
    ['Version', locked.version],
  ] as const) {
    if (field(control, name) === value) continue
    throw new ReleaseError('HASH_MISMATCH', `${packageName(locked)} says another ${name} of itself`, {
      hint: 'Run `slipway lock` again.',
    })
  }
}

/** `name=version:arch`, for people. */
export function packageName({ name, version, arch }: LockedPackage): string {
  return `${name}=${version}:${arch}`
}

/** The results in the order of the items, at most `limit` of them in work. */
export async function mapLimited<A, B>(
  items: readonly A[],
  limit: number,
  work: (item: A) => Promise<B>,
): Promise<B[]> {
  const results: B[] = []
  const entries = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return results
}
