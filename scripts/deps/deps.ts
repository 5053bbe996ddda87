import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import { targetName } from '../lib/core/facts.ts'
import type { DepsListing } from '../lib/core/stages.ts'
import { adoptFolder } from '../lib/io/adopt.ts'
import { projectPython } from '../lib/io/builder-python.ts'
import { assertFreeSpace, writeJson } from '../lib/io/files.ts'
import { inScratch } from '../lib/io/scratch.ts'
import type { Stage } from '../lib/io/stage.ts'
import { loadTree } from '../lib/io/tree-files.ts'
import { openUv } from '../lib/io/uv.ts'
import { buildWheels } from './build/build-wheels.ts'
import { assertCommandsBrought } from './commands.ts'
import { makeRequirements } from './made-requirements.ts'
import { assertNativeAsDeclared } from './native.ts'
import { readPackages } from './packages.ts'
import { pruneVendor } from './prune.ts'
import { type MoreWheels, requirementsOf, wheelFolders } from './requirements.ts'
import { resolve, type Wanted } from './resolve.ts'
import { throwTogether } from './throw-together.ts'

const ROOM = 2 ** 29 // one unpacked tree with its working copy

type VendoredTree = DepsListing['trees'][string]

/** The deps stage: third-party packages, unpacked, for each target and for the builder's own Python. */
export async function makeDeps(stage: Stage): Promise<void> {
  await inScratch(join(stage.out, 'tmp', 'requirements'), async (scratch) => makeTrees(stage, scratch))
}

async function makeTrees(stage: Stage, scratch: string): Promise<void> {
  await rm(join(stage.out, 'deps.json'), { force: true })
  const python = await projectPython(stage)
  const wanted = wantedTrees(stage)
  await assertFreeSpace(stage.out, ROOM * wanted.length)
  const source = await loadTree(stage.out, 'source', 'source')
  const uv = await openUv(stage.cache, stage.plan.facts.tools.uv)
  const { facts } = stage.plan
  const built = await buildWheels({ stage, source, uv, python, folder: join(scratch, 'build') }, wanted)
  const more: MoreWheels = {
    folders: built.wheels.length === 0 ? [] : [join(scratch, 'build/wheels')],
    wheels: built.wheels.map(({ name, version, wheel }) => ({ name, version, sha256: wheel.sha256 })),
  }
  const made = await makeRequirements(
    {
      ...{ source, folder: join(stage.out, 'source'), scratch, uv, python },
      ...{ facts: facts.python, findLinks: [...(await wheelFolders(stage)), ...more.folders] },
    },
    facts.python.requirements,
  )
  const requirements = await requirementsOf(stage, source, made, scratch, more)
  const notices = wanted.length === 0 ? [] : [requirements.notice ?? [], unpinnedNotice(built.unpinned)].flat()
  for (const notice of notices) stage.report.notice(notice)
  const trees = await vendorAll(stage, wanted, (want, dir) => resolve(uv, python, requirements, want, dir))
  assertNativeAsDeclared(facts.python.native, trees)
  assertCommandsBrought(facts, trees)
  await forgetOthers(stage.out, Object.keys(trees))
  const record = { schema: 1, builder: python.minor, locked: notices.length === 0, made } as const
  const listing: DepsListing = { ...record, ...(built.wheels.length === 0 ? {} : { built: built.wheels }), trees }
  await writeJson(join(stage.out, 'deps.json'), listing)
}

function unpinnedNotice(unpinned: readonly string[]): readonly string[] {
  if (unpinned.length === 0) return []
  const list = unpinned.join(', ')
  return [
    `nothing pins what builds need (${list}): name a requirements file with hashes in deps.pins; publishing wants it`,
  ]
}

async function vendorAll(
  stage: Stage,
  wanted: readonly Wanted[],
  fill: (want: Wanted, dir: string) => Promise<void>,
): Promise<Readonly<Record<string, VendoredTree>>> {
  const trees: Record<string, VendoredTree> = {}
  const failures: ReleaseError[] = []
  for (const want of wanted) {
    try {
      trees[want.name] = await vendor(stage, want, (dir) => fill(want, dir))
    } catch (error) {
      if (!(error instanceof ReleaseError) || error.code === 'INTERRUPTED') throw error
      failures.push(error)
    }
  }
  throwTogether(failures)
  return trees
}

function wantedTrees({ plan }: Stage): readonly Wanted[] {
  const { floor } = plan.facts.deps
  const targets = plan.targets.map((target): Wanted => ({ name: targetName(target), target, floor }))
  return plan.facts.python.collect === undefined ? targets : [...targets, { name: 'builder', floor }]
}

async function vendor(stage: Stage, want: Wanted, fill: (dir: string) => Promise<void>): Promise<VendoredTree> {
  return stage.report.task(`dependencies ${want.name}`, (task) =>
    inScratch(join(stage.out, 'tmp', `vendor-${want.name}`), async (dir) => {
      await mkdir(dir) // uv makes none where nothing is required
      await fill(dir)
      task.update('tidying')
      const packages = await readPackages(dir)
      await pruneVendor(dir)
      return { files: await adoptVendor(dir, join(stage.out, 'vendor'), want.name), packages }
    }),
  )
}

async function adoptVendor(dir: string, vendorFolder: string, name: string): Promise<VendoredTree['files']> {
  await mkdir(vendorFolder, { recursive: true })
  return adoptFolder(dir, join(vendorFolder, name))
}

/** Trees of an earlier plan go. */
async function forgetOthers(out: string, names: readonly string[]): Promise<void> {
  for (const name of await readdir(join(out, 'vendor')).catch(() => [])) {
    if (!names.includes(name)) await rm(join(out, 'vendor', name), { recursive: true })
  }
}
