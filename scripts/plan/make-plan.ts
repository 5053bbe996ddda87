import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { assemblePlan } from '../lib/core/assemble-plan.ts'
import { type Config, loadConfig } from '../lib/core/config/load.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { Format } from '../lib/core/format.ts'
import { chooseTools, TOOL_FILES } from '../lib/core/front-end-tools.ts'
import type { Plan } from '../lib/core/plan.ts'
import { writeJson } from '../lib/io/files.ts'
import { fixedEpoch } from '../lib/io/fixed-epoch.ts'
import { type Checkout, dirtyFiles, openCheckout } from '../lib/io/git.ts'
import type { Project } from '../lib/io/project-options.ts'
import { decideIdentity, historyOf } from './identity.ts'
import { copyInputs } from './inputs.ts'
import { committedProject, type ProjectFiles, workingProject } from './project-files.ts'

/** Decides everything and writes `<out>/plan.json` and `<out>/inputs/`. */
export async function makePlan(project: Project, formats: readonly Format[]): Promise<Plan> {
  const config = loadConfig(await readFile(project.config, 'utf8'), project.configName, formats)
  const standing = await standingOf(project, config.facts.missing)
  const { facts, notices } = await decideFacts(project, config, standing)
  await rm(join(project.out, 'plan.json'), { force: true })
  const inputs = await copyInputs(project.config, project.out, facts)
  const plan = assemblePlan({
    facts: { ...facts, python: inputs.python, deps: inputs.deps },
    config,
    formats,
    selection: project,
    inputs: inputs.listing,
    checkout: { kind: standing.kind, project: standing.checkout?.project ?? '' },
    history: historyOf(config.version, standing.checkout),
    notices,
  })
  await writeJson(join(project.out, 'plan.json'), plan)
  return plan
}

/** How the checkout stands; `files` means that the working tree is what is released. */
export interface Standing {
  readonly kind: Plan['checkout']['kind']
  readonly checkout: Checkout | undefined
  readonly notices: readonly string[]
  readonly trial: boolean
}

/** CHECKOUT_REFUSED for what is not git, shallow or dirty, unless `--allow-dirty`. */
export async function standingOf(project: Project, missing: readonly string[]): Promise<Standing> {
  const checkout = await openCheckout(project.folder)
  if (checkout === undefined) {
    refuse(project, 'this is not a git checkout with a commit')
    return {
      kind: 'files',
      checkout,
      trial: true,
      notices: ['no git: the files of the folder are used as they lie there'],
    }
  }
  const dirty = await dirtyFiles(project.folder, project.out, missing)
  const faults = [
    ...(checkout.shallow ? ['the clone is shallow, so that tags and history may lack'] : []),
    ...(dirty.length > 0 ? [`the checkout is dirty: ${shortList(dirty)}`] : []),
  ]
  if (faults.length > 0) refuse(project, faults.join('; '))
  return { kind: dirty.length > 0 ? 'files' : 'git', checkout, trial: faults.length > 0, notices: faults }
}

function refuse(project: Project, fault: string): void {
  if (project.allowDirty) return
  throw new ReleaseError('CHECKOUT_REFUSED', fault, {
    hint: 'Commit, or `git fetch --unshallow --tags`; or try it with --allow-dirty, which cannot be published.',
  })
}

function shortList(paths: readonly string[]): string {
  const rest = paths.length - 3
  return rest > 0 ? `${paths.slice(0, 3).join(', ')} and ${rest} more` : paths.join(', ')
}

/** All facts but the places of inputs, with what a person must be told. */
export async function decideFacts(
  project: Project,
  config: Config,
  standing: Standing,
): Promise<{ readonly facts: Facts; readonly notices: readonly string[] }> {
  const { checkout } = standing
  const files =
    standing.kind === 'git' && checkout !== undefined
      ? await committedProject(checkout)
      : workingProject(project.folder)
  const identity = await decideIdentity(config.version, project.tag, checkout, files)
  const facts: Facts = {
    ...config.facts,
    version: identity.versions,
    commit: checkout?.commit ?? '',
    epoch: standing.kind === 'git' && checkout !== undefined ? checkout.epoch : fixedEpoch(checkout?.epoch),
    trial: standing.trial || identity.trial,
    tools: await readTools(config.facts.frontends, files),
  }
  return { facts, notices: [...standing.notices, ...identity.notices] }
}

async function readTools(frontends: Facts['frontends'], files: ProjectFiles): Promise<Facts['tools']> {
  const texts = new Map<string, string>()
  for (const { dir } of frontends) {
    for (const name of TOOL_FILES) {
      const text = (await files(pathIn(dir, name))) ?? (await files(name)) // a workspace keeps its lock at the root
      if (text !== undefined) texts.set(pathIn(dir, name), text)
    }
  }
  return chooseTools(frontends, (dir) => (name) => texts.get(pathIn(dir, name)))
}

function pathIn(dir: string, name: string): string {
  return dir === '.' ? name : `${dir}/${name}`
}
