import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import { inApp } from '../lib/core/project-root.ts'
import type { AppListing } from '../lib/core/stages.ts'
import { filterTree, mergeTrees, sortEntries, type Tree } from '../lib/core/tree.ts'
import { assertLinksInside } from '../lib/core/tree-links.ts'
import { assertFreeSpace, writeJson } from '../lib/io/files.ts'
import type { Stage } from '../lib/io/stage.ts'
import { loadTree, openTree, writeTree } from '../lib/io/tree-files.ts'
import { ownWheelTree } from './own-wheel.ts'
import { assertPortable } from './refusals.ts'
import { assertNoSecrets } from './secrets.ts'
import { selectFiles } from './select.ts'
import { compileTranslations } from './translations.ts'

/** The app stage: what will be installed, either the Python tree or the project's own wheel, unpacked. */
export async function makeApp(stage: Stage): Promise<void> {
  await stage.report.task('app', async (task) => {
    const source = withoutOutputs(stage.plan.facts, await loadTree(stage.out, 'source', 'source'))
    const own = stage.plan.facts.python.backend === 'own'
    if (own) task.update("the project's own wheel")
    const selected = own ? await ownWheelTree(stage, source) : selectOf(stage.plan.facts, source)
    const tree = await installedTree(stage, selected)
    await assertPortable(stage.plan, tree)
    assertFiles(stage.plan.facts, tree)
    await assertFreeSpace(stage.out, 2 * sizeOf(tree))
    await rm(join(stage.out, 'app.json'), { force: true })
    await writeTree(join(stage.out, 'app'), tree)
    const listing: AppListing = { schema: 1, layout: own ? 'package' : 'tree', files: tree.files }
    await writeJson(join(stage.out, 'app.json'), listing)
  })
}

function selectOf({ python, app }: Facts, source: Tree): Tree {
  return selectFiles(source, python.include, python.exclude, app.licenseFiles)
}

/** Without git the outputs of an earlier build lie among the sources (an sdist carries them); they come from the static stage alone. */
function withoutOutputs({ commit, frontends }: Facts, source: Tree): Tree {
  if (commit !== '') return source
  const outputs = picomatch(
    frontends.flatMap(({ output }) => output),
    { dot: true },
  )
  return filterTree(source, (path) => !outputs(path))
}

async function installedTree(stage: Stage, selected: Tree): Promise<Tree> {
  const { python } = stage.plan.facts
  await assertNoSecrets(selected, python.allow)
  const translated = await compileTranslations(selected, python.translations)
  const tree = mergeTrees([rootedTree(stage.plan.facts, translated), overlayTree(stage, python.overlay)])
  assertLinksInside(tree.files)
  return tree
}

/** CONFIG_INVALID for a file that the first start would look for in vain. */
function assertFiles({ runtime }: Facts, tree: Tree): void {
  const there = new Set(tree.files.map(({ path }) => path))
  const lacking = Object.values(runtime.files ?? {}).filter((path) => !there.has(path))
  if (lacking.length === 0) return
  throw new ReleaseError('CONFIG_INVALID', `runtime.files: ${lacking.join(', ')} is not in what is installed`, {
    hint: 'Name a file of the application tree, or include it.',
  })
}

/** What lies below `python.root`, from there on; licences keep their paths. An own wheel has its packages on top already. */
function rootedTree({ python, app }: Facts, tree: Tree): Tree {
  if (python.root === undefined || python.backend === 'own') return tree
  const licence = picomatch([...app.licenseFiles], { dot: true })
  const beside = tree.files.filter(({ path }) => inApp(python, path) === undefined && !licence(path))
  if (beside.length > 0) {
    const names = beside.slice(0, 3).map(({ path }) => path)
    throw new ReleaseError('CONFIG_INVALID', `python.include takes files outside python.root: ${names.join(', ')}`, {
      hint: `Include only what lies below ${python.root}/, or remove python.root.`,
    })
  }
  const places = new Map(tree.files.map((entry) => [inApp(python, entry.path) ?? entry.path, entry]))
  return {
    files: sortEntries([...places].map(([path, entry]) => ({ ...entry, path }))),
    read: (file) => tree.read({ ...file, path: places.get(file.path)?.path ?? file.path }),
  }
}

/** The overlay, from what plan copied into dist/inputs/. */
function overlayTree({ out, plan }: Stage, overlay: string | undefined): Tree {
  const inputs = openTree(join(out, 'inputs'), plan.inputs)
  if (overlay === undefined) return filterTree(inputs, () => false)
  const prefix = `${overlay.replace(/\/$/, '')}/`
  const below = inputs.files.filter((entry) => entry.path.startsWith(prefix))
  return {
    files: below.map((entry) => ({ ...entry, path: entry.path.slice(prefix.length) })),
    read: (file) => inputs.read({ ...file, path: prefix + file.path }),
  }
}

function sizeOf(tree: Tree): number {
  return tree.files.reduce((sum, entry) => sum + ('size' in entry ? entry.size : 0), 0)
}
