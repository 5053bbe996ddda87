import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import { comparePaths, type TreeEntry } from '../lib/core/tree.ts'
import type { Stage } from '../lib/io/stage.ts'
import type { Place } from './workshop.ts'

type Make = (place: Place, to: string) => Promise<readonly TreeEntry[]>

/**
 * NOT_DETERMINISTIC unless making it again gives the same files. It is made at another path first; what differs only
 * there is told, for it is the same at the one path where releases are built.
 */
export async function assertSameAgain(
  stage: Stage,
  what: string,
  first: readonly TreeEntry[],
  make: Make,
): Promise<void> {
  const elsewhere = await differences(stage, first, '/mnt/slipway-again', make)
  if (elsewhere.length === 0) return
  const [path, ...others] = await differences(stage, first, '/mnt/slipway', make)
  if (path === undefined) {
    stage.report.notice(
      `${what}: these files depend on the path of the build, which is always /mnt/slipway: ${elsewhere.join(', ')}`,
    )
    return
  }
  await rm(join(stage.out, 'static.json'), { force: true })
  const more = others.length === 0 ? '' : ` (${others.length} more differ)`
  throw new ReleaseError('NOT_DETERMINISTIC', `${what}: ${path} is not the same twice${more}`, {
    hint: 'Look there for times, random numbers and orders that change.',
  })
}

async function differences(
  stage: Stage,
  first: readonly TreeEntry[],
  place: Place,
  make: Make,
): Promise<readonly string[]> {
  const to = join(stage.out, 'tmp', 'again')
  const second = await make(place, to).finally(() => rm(to, { recursive: true, force: true }))
  const [before, after] = [first, second].map((entries) => new Set(entries.map((entry) => JSON.stringify(entry))))
  const changed = [
    ...first.filter((entry) => after?.has(JSON.stringify(entry)) !== true),
    ...second.filter((entry) => before?.has(JSON.stringify(entry)) !== true),
  ]
  return [...new Set(changed.map(({ path }) => path))].sort(comparePaths)
}
