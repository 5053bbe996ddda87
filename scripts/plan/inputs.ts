import { existsSync } from 'node:fs'
import { cp, lstat, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { TreeListing } from '../lib/core/tree.ts'
import { inside, trackedFiles } from '../lib/io/git.ts'
import type { Project } from '../lib/io/project-options.ts'
import { measureTree } from '../lib/io/tree-files.ts'
import type { Standing } from './standing.ts'

const LOCK = 'slipway.lock'
const OVERLAY = 'overlay'
const PINS = 'build-pins.txt'

/** What was copied into `dist/inputs/`, and the facts that now name its places there. */
export interface Inputs {
  readonly listing: TreeListing
  readonly python: Facts['python']
  readonly deps: Facts['deps']
}

interface Place {
  readonly from: string // absolute
  readonly to: string // below dist/inputs/
}

/** Where everything lies that plan copies: the configuration, its lock, the overlay, folders of wheels. */
export function inputPlaces(config: string, { python, deps }: Pick<Facts, 'python' | 'deps'>): readonly Place[] {
  const beside = dirname(config)
  const lock = join(beside, LOCK)
  return [
    { from: config, to: 'slipway.yaml' },
    ...(existsSync(lock) ? [{ from: lock, to: LOCK }] : []),
    ...(python.overlay === undefined ? [] : [{ from: join(beside, python.overlay), to: OVERLAY }]),
    ...(deps.pins === undefined ? [] : [{ from: join(beside, deps.pins), to: PINS }]),
    ...deps.wheels.map((path, index) => ({ from: join(beside, path), to: `wheels/${index}` })),
  ]
}

/** The lock of image bases beside the configuration; undefined where there is none. */
export async function readLock({ config }: Project): Promise<string | undefined> {
  const path = join(dirname(config), LOCK)
  return existsSync(path) ? readFile(path, 'utf8') : undefined
}

/** Copies the inputs: after plan nobody reads them where they were. */
export async function copyInputs(
  project: Project,
  standing: Standing,
  facts: Pick<Facts, 'python' | 'deps'>,
): Promise<Inputs> {
  const part = join(project.out, 'inputs.part')
  await rm(part, { recursive: true, force: true })
  for (const place of inputPlaces(project.config, facts)) {
    if (!existsSync(place.from)) throw notThere(relative(dirname(project.config), place.from))
    await copyPlace(place.from, join(part, place.to), standing)
  }
  await rm(join(project.out, 'inputs'), { recursive: true, force: true })
  await rename(part, join(project.out, 'inputs'))
  const { overlay, ...python } = facts.python
  const { pins, ...deps } = facts.deps
  return {
    listing: await measureTree(join(project.out, 'inputs')),
    python: overlay === undefined ? python : { ...python, overlay: OVERLAY },
    deps: {
      ...deps,
      wheels: deps.wheels.map((_, index) => `wheels/${index}`),
      ...(pins === undefined ? {} : { pins: PINS }),
    },
  }
}

function notThere(path: string): ReleaseError {
  return new ReleaseError('CONFIG_INVALID', `${path} is not beside the configuration file`, {
    hint: 'Write python.overlay, deps.wheels and deps.pins relative to the configuration file.',
  })
}

/** Of a clean checkout only what is tracked: a folder may hold ignored files that no other clone has. */
async function copyPlace(from: string, to: string, { kind, checkout }: Standing): Promise<void> {
  const tracked = kind === 'git' && checkout !== undefined && inside(checkout.root, from) !== undefined
  const known = tracked && (await lstat(from)).isDirectory() ? await trackedFiles(from) : undefined
  const wanted = async (path: string): Promise<boolean> => {
    if (basename(path) === '__pycache__') return false
    return known === undefined || known.has(path) || (await lstat(path)).isDirectory()
  }
  await mkdir(dirname(to), { recursive: true })
  await cp(from, to, { recursive: true, verbatimSymlinks: true, filter: wanted })
}
