import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundledModule } from '../lib/core/bundled-modules.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { StaticListing } from '../lib/core/stages.ts'
import { mergeTrees } from '../lib/core/tree.ts'
import { assertLinksInside } from '../lib/core/tree-links.ts'
import { readStageJson, writeJson } from '../lib/io/files.ts'
import type { Stage } from '../lib/io/stage.ts'
import { loadApp, loadStatic } from '../lib/io/stage-trees.ts'
import { measureTree, openTree } from '../lib/io/tree-files.ts'
import { assertSameAgain } from './again.ts'
import { assertBundleKept } from './bundle-kept.ts'
import { collectInto } from './collect.ts'
import { buildBundle } from './frontends.ts'

/** The first half of the static stage: dist/static/bundle/, what the front ends leave, and modules.json of what is in it. */
export async function buildFrontends(stage: Stage): Promise<void> {
  await rm(join(stage.out, 'static.json'), { force: true })
  const { modules } = await buildBundle(stage, '/mnt/slipway', bundleFolder(stage))
  await writeJson(modulesFile(stage), { schema: 1, modules } satisfies ModulesListing)
  const bare = modules.filter(({ texts }) => texts.length === 0).map(({ name, version }) => `${name} ${version}`)
  if (bare.length > 0) stage.report.notice(`no licence file found in JavaScript packages: ${bare.join(', ')}`)
}

/** The second half: dist/static/collected/ from everything that will be installed, and static.json over both. */
export async function collectStatic(stage: Stage): Promise<void> {
  const { files } = await measureTree(bundleFolder(stage)).catch((cause: unknown) => {
    throw new ReleaseError('STAGE_MISSING', 'the front ends are not built', { hint: 'Run `slipway static`.', cause })
  })
  const bundle = openTree(bundleFolder(stage), { schema: 1, files }, 'STATIC_CHANGED')
  const { tree: app } = await loadApp(stage.out)
  assertLinksInside(mergeTrees([app, bundle]).files)
  const collected = await collectInto(stage, { app, bundle }, '/mnt/slipway', join(stage.out, 'static', 'collected'))
  assertLinksInside(collected)
  assertBundleKept(files, collected)
  const { modules } = await readStageJson<ModulesListing>(modulesFile(stage), 'static')
  const listing = { schema: 1, bundle: files, collected, modules } satisfies StaticListing
  await writeJson(join(stage.out, 'static.json'), listing)
}

/** The whole static stage; `twice` makes everything again at another path and compares. */
export async function makeStatic(stage: Stage, { twice }: { readonly twice: boolean }): Promise<void> {
  await buildFrontends(stage)
  const bundle = (await measureTree(bundleFolder(stage))).files
  if (twice)
    await assertSameAgain(
      stage,
      'front ends',
      bundle,
      async (place, to) => (await buildBundle(stage, place, to)).entries,
    )
  await collectStatic(stage)
  if (!twice) return
  const trees = { app: (await loadApp(stage.out)).tree, bundle: (await loadStatic(stage.out)).bundle }
  const collected = (await measureTree(join(stage.out, 'static', 'collected'))).files
  await assertSameAgain(stage, 'collect command', collected, (place, to) => collectInto(stage, trees, place, to))
}

interface ModulesListing {
  readonly schema: 1
  readonly modules: readonly BundledModule[]
}

const modulesFile = ({ out }: Stage): string => join(out, 'static', 'modules.json')

const bundleFolder = ({ out }: Stage): string => join(out, 'static', 'bundle')
