import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { gather } from '../lib/archive/bytes.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Architecture } from '../lib/core/facts.ts'
import { cachedFile } from '../lib/io/cache.ts'
import { pipe } from '../lib/io/run.ts'
import { PackageIndex, splitStanzas, type Texts } from './package-index.ts'
import { type Release, verifyRelease } from './release.ts'
import type { ByteSource } from './sources.ts'
import type { SuitePart } from './suites.ts'

/** How indexes are reached and judged. */
export interface IndexAccess {
  readonly source: ByteSource
  readonly keys: readonly string[]
  readonly cache: string
  readonly now: number // seconds
}

/** The release files of the parts, each verified by a pinned key. */
export async function loadReleases(parts: readonly SuitePart[], access: IndexAccess): Promise<readonly Release[]> {
  const releases: Release[] = []
  for (const { archive, suite } of parts) {
    const bytes = await gather(await access.source.open(join(archive, 'dists', suite, 'InRelease')))
    const text = Buffer.from(bytes).toString()
    releases.push(await verifyRelease(text, access.keys, { archive, suite, now: access.now }))
  }
  return releases
}

/** Every candidate of one architecture over all releases; the indexes are read stanza by stanza, what counts goes to `texts`. */
export async function loadIndex(
  releases: readonly Release[],
  arch: Architecture,
  access: IndexAccess,
  texts: Texts,
): Promise<PackageIndex> {
  const index = new PackageIndex(texts)
  for (const release of releases) {
    const path = await packagesFile(release, arch, access)
    for await (const stanza of splitStanzas(pipe(['xz', '-dc'], createReadStream(path)))) {
      index.add(release.archive, stanza)
    }
  }
  return index
}

async function packagesFile(release: Release, arch: Architecture, { source, cache }: IndexAccess): Promise<string> {
  const { path, sha256 } = release.index(arch)
  const dists = `${release.archive}/dists/${release.suite}`
  const byHash = path.replace(/[^/]+$/, `by-hash/SHA256/${sha256}`) // Acquire-By-Hash: no race with a mirror's update
  const name = `${dists}/${path}`
  return cachedFile(cache, sha256, name, () =>
    source.open(`${dists}/${byHash}`).catch((error: unknown) => {
      if (!(error instanceof ReleaseError) || error.code !== 'NOT_IN_REGISTRY') throw error
      return source.open(name) // a plain copy of a mirror has no by-hash folders
    }),
  )
}
