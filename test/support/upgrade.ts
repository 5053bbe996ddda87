import { access, mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { runFolder, sampleRelease, slipway } from './release.ts'
import { upgradeRepository } from './sample.ts'
import { takeTurn } from './turn.ts'

/** Formats whose artifacts are upgraded by a test. */
export type UpgradedFormat = 'deb' | 'pypi' | 'constraints' | 'docker' | 'helm'

/** dist/ folders of two releases of the sample, one after the other. */
export interface Upgrade {
  readonly before: string
  readonly after: string
}

const PLANNED: readonly UpgradedFormat[] = ['deb', 'pypi', 'constraints', 'docker', 'helm']
const TREES: readonly string[] = ['source', 'app', 'deps', 'static']

// What a format needs before it can be built, besides the trees.
const FIRST: Readonly<Record<UpgradedFormat, readonly string[]>> = {
  deb: [],
  pypi: [],
  constraints: ['build pypi'],
  docker: ['base'],
  helm: ['base', 'build docker'],
}

/**
 * The shared release of the sample (1.0.0), and the release after it (1.1.0) with artifacts of these formats; what was made in
 * this run is not made again. The second is planned with every format that some test upgrades, and neither proven nor sealed.
 */
export async function sampleUpgrade(...formats: readonly UpgradedFormat[]): Promise<Upgrade> {
  const before = await sampleRelease()
  const after = join(runFolder, 'upgrade')
  const endTurn = await takeTurn(`${basename(runFolder)}-upgrade`)
  try {
    if (!(await exists(join(after, 'static.json')))) await makeTrees(after)
    for (const format of formats) {
      for (const words of [...FIRST[format], `build ${format}`]) await once(after, words)
    }
  } finally {
    await endTurn()
  }
  return { before, after }
}

/** What a plan says of a dist/ folder. */
export function planIn(out: string): Promise<Plan> {
  return readStageJson<Plan>(join(out, 'plan.json'), 'plan')
}

async function makeTrees(out: string): Promise<void> {
  const project = join(runFolder, 'satchel')
  for (const folder of [out, project]) await rm(folder, { recursive: true, force: true })
  await mkdir(runFolder, { recursive: true })
  await upgradeRepository(project)
  const place = ['--project', project, '--out', out]
  await stage(['plan', ...place, '--only', PLANNED.join(',')])
  for (const name of TREES) await stage([name, ...(name === 'source' ? place : ['--out', out])])
}

/** A stage whose JSON file is not there yet. */
async function once(out: string, words: string): Promise<void> {
  const parts = words.split(' ')
  const file = parts.length === 1 ? `${words}.json` : `built/${parts[1]}.json`
  if (!(await exists(join(out, file)))) await stage([...parts, '--out', out])
}

async function stage(words: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await slipway(words)
  if (exitCode !== 0) throw new Error(`slipway ${words.join(' ')} failed:\n${stderr}`)
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
