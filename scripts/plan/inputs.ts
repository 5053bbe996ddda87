import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { TreeListing } from '../lib/core/tree.ts'
import { measureTree } from '../lib/io/tree-files.ts'

const LOCK = 'slipway.lock'
const OVERLAY = 'overlay'

/** What was copied into `dist/inputs/`, and the facts that now name its places there. */
export interface Inputs {
  readonly listing: TreeListing
  readonly python: Facts['python']
  readonly deps: Facts['deps']
}

/** Copies the configuration, its lock, the overlay and wheel folders: after plan nobody reads them where they were. */
export async function copyInputs(config: string, out: string, facts: Pick<Facts, 'python' | 'deps'>): Promise<Inputs> {
  const part = join(out, 'inputs.part')
  const beside = dirname(config)
  const { overlay, ...python } = facts.python
  const wheels = facts.deps.wheels.map((from, index) => ({ from, to: `wheels/${index}` }))
  const folders = [...wheels, ...(overlay === undefined ? [] : [{ from: overlay, to: OVERLAY }])]
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  await cp(config, join(part, 'slipway.yaml'))
  if (existsSync(join(beside, LOCK))) await cp(join(beside, LOCK), join(part, LOCK))
  for (const { from, to } of folders) await copyFolder(join(beside, from), join(part, to), from)
  await rm(join(out, 'inputs'), { recursive: true, force: true })
  await rename(part, join(out, 'inputs'))
  return {
    listing: await measureTree(join(out, 'inputs')),
    python: overlay === undefined ? python : { ...python, overlay: OVERLAY },
    deps: { ...facts.deps, wheels: wheels.map(({ to }) => to) },
  }
}

async function copyFolder(from: string, to: string, name: string): Promise<void> {
  if (!existsSync(from)) {
    throw new ReleaseError('CONFIG_INVALID', `the folder ${name} is not beside the configuration file`, {
      hint: 'Paths of python.overlay and deps.wheels are relative to slipway.yaml.',
    })
  }
  await mkdir(dirname(to), { recursive: true })
  await cp(from, to, { recursive: true, verbatimSymlinks: true, filter: (path) => basename(path) !== '__pycache__' })
}
