import { ReleaseError } from '../lib/core/error.ts'
import type { Architecture } from '../lib/core/facts.ts'
import type { LockedPackage } from '../lib/core/lock-file.ts'
import type { Drift } from '../lib/io/base-files.ts'
import { now } from '../lib/io/clock.ts'
import type { Stage } from '../lib/io/stage.ts'
import { openTextFile } from '../lib/io/text-file.ts'
import { fetchPackage, packageName } from './fetch.ts'
import { type IndexAccess, loadIndex, loadReleases } from './indexes.ts'
import type { UnpackedPackage } from './layer.ts'
import type { PackageIndex } from './package-index.ts'
import type { ByteSource } from './sources.ts'
import { pinnedKeys, suiteParts } from './suites.ts'

/**
 * Fetches locked packages; one that no mirror and no snapshot has any more is replaced by what the signed index offers
 * today, with a notice, and recorded: a dry run goes on, publish refuses.
 */
export function orSuccessor(
  suite: string,
  source: ByteSource,
  stage: Pick<Stage, 'cache' | 'report'> & { readonly scratch?: string },
  drift: Drift[],
  keys: (suite: string) => Promise<readonly string[]> = pinnedKeys,
): (locked: LockedPackage, arch: Architecture) => Promise<UnpackedPackage> {
  const indexes = new Map<Architecture, Promise<PackageIndex>>()
  const current = (arch: Architecture): Promise<PackageIndex> => {
    const known =
      indexes.get(arch) ??
      keys(suite).then((trusted) => readCurrent(suite, arch, { source, keys: trusted, cache: stage.cache, now: now() }))
    indexes.set(arch, known)
    return known
  }
  return async (locked, arch) => {
    try {
      return await fetchPackage(source, stage.cache, locked, stage.scratch)
    } catch (error) {
      if (!(error instanceof ReleaseError) || error.code !== 'NOT_IN_REGISTRY') throw error
      const found = (await current(arch)).find(locked.name)
      if (found === undefined || found.sha256 === locked.sha256) throw error
      const entry = { locked: packageName(locked), used: packageName(found) }
      drift.push(entry)
      stage.report.notice(`${entry.locked} is gone from every mirror: ${entry.used} stands in; run \`slipway lock\``)
      return fetchPackage(source, stage.cache, found, stage.scratch)
    }
  }
}

async function readCurrent(suite: string, arch: Architecture, access: IndexAccess): Promise<PackageIndex> {
  return loadIndex(await loadReleases(suiteParts(suite), access), arch, access, openTextFile())
}
