import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { ReleaseError } from '../lib/core/error.ts'
import type { TreeListing } from '../lib/core/tree.ts'
import { adoptFolder } from '../lib/io/adopt.ts'
import { assertFreeSpace, writeJson } from '../lib/io/files.ts'
import { inScratch } from '../lib/io/scratch.ts'
import type { Stage } from '../lib/io/stage.ts'
import { committedFiles } from './committed.ts'
import { writeFiles } from './source-file.ts'
import type { SourceList } from './source-list.ts'
import { workingFiles } from './working.ts'

const ROOM = 2 ** 29 // a checkout with its copies

/** The source stage: the project's tree at the planned commit, from git objects (or the working tree where the plan says so). */
export async function makeSource(stage: Stage, project: string): Promise<void> {
  await stage.report.task('source', async (task) => {
    await assertFreeSpace(stage.out, ROOM)
    const source = await list(stage, project)
    const unexcused = tell(stage, source.absent)
    await inScratch(join(stage.out, 'source.part'), async (part) => {
      task.update(`${source.files.length} files`)
      const pointers = await writeFiles(part, source)
      assertWhole([...source.refusals, ...unexcused, ...pointers])
      await rm(join(stage.out, 'source.json'), { force: true })
      const listing: TreeListing = { schema: 1, files: await adoptFolder(part, join(stage.out, 'source')) }
      await writeJson(join(stage.out, 'source.json'), listing)
    })
  })
}

async function list(stage: Stage, project: string): Promise<SourceList> {
  const { plan, out } = stage
  if (plan.checkout.kind === 'git') return committedFiles(project, plan.facts.commit, plan.checkout.project)
  return workingFiles(project, plan.facts.commit !== '', out)
}

/** Absent files that the configuration excuses are told, the others become refusals. */
function tell(stage: Stage, absent: readonly string[]): readonly string[] {
  const excused = picomatch([...stage.plan.facts.missing], { dot: true })
  const left = absent.filter((path) => excused(path))
  if (left.length > 0) stage.report.notice(`left out, this clone lacks them: ${left.join(', ')}`)
  return absent.filter((path) => !excused(path)).map((path) => `${path} is tracked, but this clone lacks its bytes`)
}

function assertWhole(refusals: readonly string[]): void {
  if (refusals.length === 0) return
  const message = ['the checkout is not whole:', ...refusals.map((line) => `  ${line}`)].join('\n')
  throw new ReleaseError('CHECKOUT_REFUSED', message, {
    hint: 'Commit the files themselves, fetch what is missing, or name in source.missing what a release may lack.',
  })
}
