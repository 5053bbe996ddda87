import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { assemblePlan } from '../lib/core/assemble-plan.ts'
import { type Config, ConfigError, loadConfig } from '../lib/core/config/load.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { Format, Texts } from '../lib/core/format.ts'
import { unlockedFrontends } from '../lib/core/front-end-manager.ts'
import { chooseTools, TOOL_FILES } from '../lib/core/front-end-tools.ts'
import { isInWorkspace, LOCK_FILES, ROOT_MANIFEST, WORKSPACE_FILES } from '../lib/core/front-end-workspace.ts'
import { absentPlaces } from '../lib/core/named-places.ts'
import type { Plan } from '../lib/core/plan.ts'
import { fixedEpoch } from '../lib/io/fixed-epoch.ts'
import type { Project } from '../lib/io/project-options.ts'
import { changesOf, decideIdentity, historyOf } from './identity.ts'
import { copyInputs } from './inputs.ts'
import { openFiles, type ProjectFiles } from './project-files.ts'
import { replacePlan, setAside } from './replace-plan.ts'
import { type Standing, standingOf } from './standing.ts'

/** Decides everything and writes `<out>/plan.json` and `<out>/inputs/`; what was made for another plan goes. */
export async function makePlan(project: Project, formats: readonly Format[]): Promise<Plan> {
  await setAside(project.out)
  const config = loadConfig(await readFile(project.config, 'utf8'), project.configName, formats)
  const standing = await standingOf(project, config.facts)
  const { facts, notices, texts } = await decideFacts(project, config, standing, formats)
  const inputs = await copyInputs(project, standing, facts)
  const plan = assemblePlan({
    facts: { ...facts, python: inputs.python, deps: inputs.deps },
    config,
    formats,
    selection: project,
    texts,
    inputs: inputs.listing,
    checkout: { kind: standing.kind, project: standing.checkout?.project ?? '' },
    history: historyOf(config.version, standing.checkout),
    ...(await changesOf(config.version, facts.version.plain, standing.checkout)),
    notices,
  })
  await replacePlan(project.out, plan)
  return plan
}

/** All facts but the places of inputs, with what a person must be told, and the texts that formats want to see. */
export async function decideFacts(
  project: Project,
  config: Config,
  standing: Standing,
  formats: readonly Format[],
): Promise<{ readonly facts: Facts; readonly notices: readonly string[]; readonly texts: Texts }> {
  const { checkout } = standing
  const files = await openFiles(project.folder, standing)
  const { overlay } = config.facts.python
  const laid = (path: string): boolean =>
    overlay !== undefined && existsSync(join(dirname(project.config), overlay, path))
  const absent = absentPlaces(config.facts, { ...files, laid })
  if (absent.length > 0) throw new ConfigError(absent.map((finding) => config.locate(finding)))
  const identity = await decideIdentity(config.version, project.tag, checkout, files)
  const facts: Facts = {
    ...config.facts,
    version: identity.versions,
    commit: checkout?.commit ?? '',
    epoch: checkout?.epoch ?? fixedEpoch(),
    trial: standing.trial || identity.trial,
    tools: await readTools(config.facts.frontends, files),
  }
  const loose = unlockedFrontends(facts)
  if (loose.length > 0) throw new ConfigError(loose.map((finding) => config.locate(finding)))
  const texts = await readAll(wantedFiles(config, formats), files)
  return { facts, notices: [...standing.notices, ...identity.notices], texts }
}

function wantedFiles({ sections }: Config, formats: readonly Format[]): readonly string[] {
  return formats.flatMap((format) => (format.name in sections ? format.reads(sections[format.name]) : []))
}

async function readTools(frontends: Facts['frontends'], files: ProjectFiles): Promise<Facts['tools']> {
  const texts = new Map(
    await Promise.all(frontends.map(async ({ dir }) => [dir, await toolFiles(dir, files)] as const)),
  )
  return chooseTools(frontends, (dir) => (name) => texts.get(dir)?.get(name))
}

/** What lies in a front end's folder; what it lacks is taken from the root, locks only where that is its workspace. */
async function toolFiles(dir: string, files: ProjectFiles): Promise<ReadonlyMap<string, string>> {
  const own = dir === '.' ? '' : `${dir}/`
  const root = await readAll(WORKSPACE_FILES, files)
  const locked = LOCK_FILES.some((name) => files.has(`${own}${name}`))
  const workspace = !locked && isInWorkspace(dir, (name) => root.get(name))
  const places = TOOL_FILES.map((name) => {
    const shared = name === 'package.json' || (LOCK_FILES.includes(name) && !workspace) ? undefined : name
    return [name, [`${own}${name}`, shared].find((place) => place !== undefined && files.has(place))] as const
  })
  const texts = await Promise.all(
    places.map(async ([name, path]) => [name, path === undefined ? undefined : await files.read(path)] as const),
  )
  const spoken = workspace || !files.has(`${own}package.json`)
  const all = [...texts, [ROOT_MANIFEST, spoken ? root.get('package.json') : undefined] as const]
  return new Map(all.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}

async function readAll(names: readonly string[], files: ProjectFiles): Promise<ReadonlyMap<string, string>> {
  const there = names.filter((name) => files.has(name))
  const texts = await Promise.all(there.map(async (name) => [name, await files.read(name)] as const))
  return new Map(texts.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}
