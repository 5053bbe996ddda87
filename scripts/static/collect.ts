import { copyFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launcherFiles, launcherPlace, renderLauncherData } from '../launcher/data.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Collect } from '../lib/core/facts.ts'
import { collectPlace } from '../lib/core/project-root.ts'
import { mergeTrees, type Tree, type TreeEntry } from '../lib/core/tree.ts'
import { adoptFolder } from '../lib/io/adopt.ts'
import { projectPython } from '../lib/io/builder-python.ts'
import { assertFreeSpace } from '../lib/io/files.ts'
import type { Task } from '../lib/io/report.ts'
import type { Stage } from '../lib/io/stage.ts'
import { loadDeps } from '../lib/io/stage-trees.ts'
import { writeTree } from '../lib/io/tree-files.ts'
import { compressAgain } from './compressed.ts'
import { inWorkshop, type Place, type Workshop } from './workshop.ts'

const ROOM = 2 ** 29

/** What will be installed, before collecting. */
interface Trees {
  readonly app: Tree
  readonly bundle: Tree
}

/** Runs the application's collect command on a copy of what will be installed; its static root becomes the folder `to`. */
export async function collectInto(stage: Stage, trees: Trees, place: Place, to: string): Promise<readonly TreeEntry[]> {
  await mkdir(dirname(to), { recursive: true })
  const { collect } = stage.plan.facts.python
  if (collect === undefined) return emptyFolder(to)
  await assertFreeSpace(stage.out, ROOM)
  return stage.report.task('collect', (task) =>
    inWorkshop(stage, 'collect', place, async (workshop) => {
      await writeTree(join(workshop.folder, 'app'), mergeTrees([trees.app, trees.bundle]))
      await placeLauncher(stage, workshop)
      await runCollect(stage, workshop, collect, task)
      const root = join(workshop.folder, 'app', collectPlace(stage.plan.facts.python) ?? '')
      await assertCollected(root, collect)
      const dropped = await compressAgain(root)
      if (dropped > 0)
        stage.report.notice(`${dropped} .br files of the collect command are left out: no brotli is asked for`)
      return adoptFolder(root, to)
    }),
  )
}

async function emptyFolder(to: string): Promise<readonly TreeEntry[]> {
  const beside = `${to}.part`
  await mkdir(beside, { recursive: true })
  await rm(to, { recursive: true, force: true })
  await rename(beside, to)
  return []
}

/** The same launcher as in every channel, with the places of this workshop. */
async function placeLauncher({ plan, out }: Stage, { folder, place }: Workshop): Promise<void> {
  for (const file of launcherFiles) {
    const target = join(folder, 'launcher', launcherPlace(file))
    await mkdir(dirname(target), { recursive: true })
    await copyFile(fileURLToPath(new URL(`../${file}`, import.meta.url)), target)
  }
  const data = renderLauncherData(plan.facts, {
    channel: 'collect',
    app: `${place}/app`,
    static: `${place}/app/${collectPlace(plan.facts.python) ?? ''}`,
    vendor: [join(out, 'vendor', 'builder')],
    state: `${place}/state`,
    config: [],
    secrets: `${place}/state/secrets`,
  })
  await writeFile(join(folder, 'launcher', 'launcher.json'), data)
}

async function runCollect(stage: Stage, workshop: Workshop, collect: Collect, task: Task): Promise<void> {
  const python = await projectPython(stage)
  const { builder } = await loadDeps(stage.out)
  if (builder !== python.minor) {
    throw new ReleaseError(
      'STAGE_MISSING',
      `the dependencies for collecting are for Python ${builder}, not ${python.minor}`,
      {
        hint: 'Run `slipway deps` on this machine.',
      },
    )
  }
  await mkdir(join(workshop.folder, 'state'))
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: `${workshop.place}/state`,
    SOURCE_DATE_EPOCH: String(stage.plan.facts.epoch),
    ...collect.environment,
  }
  const launcher = `${workshop.place}/launcher/launcher.py`
  // Absolute, as Python itself makes the name of a script.
  const [first = '', ...rest] = collect.command
  const words = first.startsWith('-') ? collect.command : [`${workshop.place}/app/${first}`, ...rest]
  const onLine = (line: string): void => task.update(line)
  await workshop
    .run('app', [python.path, '-IS', launcher, 'python', ...words], { env, onLine, offline: true })
    .catch((error: unknown) => {
      if (!(error instanceof ReleaseError) || error.code !== 'COMMAND_FAILED') throw error
      throw new ReleaseError('COMMAND_FAILED', `python.collect failed: ${collect.command.join(' ')}`, {
        hint: 'Mend the command or its environment (python.collect.environment); it runs without database and network.',
        cause: error.cause,
      })
    })
}

async function assertCollected(root: string, collect: Collect): Promise<void> {
  if ((await stat(root).catch(() => undefined))?.isDirectory() === true) return
  throw new ReleaseError('EXPECTATION_FAILED', `python.collect left nothing in ${collect.root}`, {
    hint: 'Let python.collect.root name the static root, or let the settings take it from APP_STATIC_DIR.',
  })
}
