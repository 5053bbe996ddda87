import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from '../lib/core/format.ts'
import { type RunOptions, run } from '../lib/io/run.ts'
import { inScratch } from '../lib/io/scratch.ts'
import type { Stage } from '../lib/io/stage.ts'

const SCRIPT = fileURLToPath(new URL('at-fixed-path.sh', import.meta.url))

/** A scratch folder below dist/tmp/ in which programs run, seen by them at a fixed path where the system lets us. */
export interface Workshop {
  readonly folder: string // where it is
  readonly place: string // where its programs see it
  run(dir: string, command: Command, options: WorkshopOptions): Promise<string>
}

export interface WorkshopOptions extends RunOptions {
  /** Without network, where the system lets us. */
  readonly offline?: boolean
}

/** Fixed places: the second is for building again, to find what depends on the path. */
export type Place = '/mnt/slipway' | '/mnt/slipway-again'

/** Opens an empty workshop for `work` and removes it afterwards. */
export async function inWorkshop<T>(
  stage: Stage,
  name: string,
  place: Place,
  work: (workshop: Workshop) => Promise<T>,
): Promise<T> {
  return inScratch(join(stage.out, 'tmp', name), async (folder) => {
    await mkdir(folder)
    return work(await openWorkshop(stage, folder, place))
  })
}

async function openWorkshop(stage: Stage, folder: string, place: Place): Promise<Workshop> {
  const bound = (dir: string, command: Command, offline = false): Command => [
    'unshare',
    ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
    ...(offline ? ['--net'] : []),
    ...['--mount', '/bin/sh', SCRIPT, folder, place, dir, ...command],
  ]
  if (await canBind(stage, bound('.', ['true']))) {
    return { folder, place, run: (dir, command, options) => run(bound(dir, command, options.offline), options) }
  }
  stage.report.notice('no mount namespace here: built at its own path, and bytes that depend on the path may differ')
  return { folder, place: folder, run: (dir, command, options) => run(command, { ...options, cwd: join(folder, dir) }) }
}

async function canBind(stage: Stage, probe: Command): Promise<boolean> {
  // What lies below /mnt would be covered.
  if ([stage.out, stage.cache, process.execPath].some((path) => path.startsWith('/mnt/'))) return false
  return run(probe).then(
    () => true,
    () => false,
  )
}
