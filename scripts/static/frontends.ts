import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type BundledModule, mergeModules } from '../lib/core/bundled-modules.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Frontend } from '../lib/core/facts.ts'
import { inApp } from '../lib/core/project-root.ts'
import type { Tree, TreeEntry } from '../lib/core/tree.ts'
import { adoptFolder } from '../lib/io/adopt.ts'
import { assertFreeSpace } from '../lib/io/files.ts'
import type { Task } from '../lib/io/report.ts'
import { inScratch } from '../lib/io/scratch.ts'
import type { Stage } from '../lib/io/stage.ts'
import { loadTree, writeTree } from '../lib/io/tree-files.ts'
import { bundledModules } from './bundled-modules.ts'
import { compareCommitted } from './committed.ts'
import { bundleWithEsbuild } from './esbuild.ts'
import { assertExpectations } from './expectations.ts'
import { runManager } from './install.ts'
import { assertOutputs, copyOutputs, declaredFiles, type Output, removeDeclared } from './outputs.ts'
import { inWorkshop, type Place, type Workshop } from './workshop.ts'

const ROOM = 3 * 2 ** 29 // a front end with its node_modules

/** What the front ends left, and the packages of others in it. */
interface Bundle {
  readonly entries: readonly TreeEntry[]
  readonly modules: readonly BundledModule[]
}

/** Builds every front end in a copy of the source; what they left goes to the folder `to`, at its places. */
export async function buildBundle(stage: Stage, place: Place, to: string): Promise<Bundle> {
  const source = await loadTree(stage.out, 'source', 'source')
  return inScratch(`${to}.part`, async (part) => {
    await mkdir(part)
    const modules: (readonly BundledModule[])[] = []
    for (const frontend of stage.plan.facts.frontends) {
      const work = (task: Task): Promise<readonly BundledModule[]> =>
        buildOne(stage, source, frontend, place, part, task)
      modules.push(await stage.report.task(`front end ${frontend.dir}`, work))
    }
    const entries = await adoptFolder(part, to)
    compareCommitted(stage, source, entries)
    return { entries, modules: mergeModules(modules) }
  })
}

async function buildOne(
  stage: Stage,
  source: Tree,
  frontend: Frontend,
  place: Place,
  into: string,
  task: Task,
): Promise<readonly BundledModule[]> {
  await assertFreeSpace(stage.out, ROOM)
  return inWorkshop(stage, 'frontend', place, async (workshop) => {
    const project = join(workshop.folder, 'project')
    await writeTree(project, source)
    // Without git nobody knows which of the declared files are sources: an sdist carries its outputs.
    const isOutput = stage.plan.facts.commit === '' || frontend.committed === true
    if (isOutput) await removeDeclared(project, frontend.output)
    await build(stage, frontend, workshop, task)
    await assertExpectations(project, frontend.expect)
    const paths = await declaredFiles(project, frontend.output)
    await assertOutputs(project, frontend, paths)
    const outputs = placesOf(stage, frontend, paths)
    await assertUnclaimed(frontend, outputs, into)
    await copyOutputs(project, outputs, into)
    return bundledModules(project, frontend, paths)
  })
}

async function build(stage: Stage, frontend: Frontend, workshop: Workshop, task: Task): Promise<void> {
  const { dir, builder } = frontend
  const folder = join(workshop.folder, 'project', dir)
  const hasPackages = (await stat(join(folder, 'package.json')).catch(() => undefined)) !== undefined
  if (builder === 'npm' || hasPackages) await runManager(stage, frontend, workshop, task)
  if (builder === 'esbuild') await bundleWithEsbuild(folder, frontend)
}

/** Each output with its place in the application tree; FRONTEND_FAILED for those that lie beside it. */
function placesOf({ plan }: Stage, { dir }: Frontend, paths: readonly string[]): readonly Output[] {
  const outside = paths.filter((path) => inApp(plan.facts.python, path) === undefined)
  if (outside.length === 0) return paths.map((path) => ({ path, place: inApp(plan.facts.python, path) ?? path }))
  throw new ReleaseError(
    'FRONTEND_FAILED',
    `${dir}: outputs lie outside python.root: ${outside.slice(0, 3).join(', ')}`,
    {
      hint: 'Let the front end leave them where the application has them when it is installed.',
    },
  )
}

async function assertUnclaimed({ dir }: Frontend, outputs: readonly Output[], into: string): Promise<void> {
  const taken = await Promise.all(outputs.map(({ place }) => stat(join(into, place)).catch(() => undefined)))
  const path = outputs.find((_, index) => taken[index] !== undefined)?.path
  if (path === undefined) return
  throw new ReleaseError('FRONTEND_FAILED', `${dir}: ${path} is an output of another front end too`, {
    hint: 'Let the globs of frontends.output name each file once.',
  })
}
