import { readFile } from 'node:fs/promises'
import { assemblePlan } from '../lib/core/assemble-plan.ts'
import { type Config, ConfigError, type LocatedFinding, readConfig } from '../lib/core/config/load.ts'
import { type Finding, ReleaseError } from '../lib/core/error.ts'
import type { BaseRequest, Format } from '../lib/core/format.ts'
import { parseLock, unlocked } from '../lib/core/lock-file.ts'
import { staticDrift, variableDrift } from '../lib/core/variable-drift.ts'
import { parseTag, tagOf } from '../lib/core/version.ts'
import type { Project } from '../lib/io/project-options.ts'
import { readLock } from './inputs.ts'
import { decideFacts } from './make-plan.ts'
import { readVariables } from './read-variables.ts'
import { type Standing, standingOf } from './standing.ts'

/** What is wrong with a configuration, and what deserves a look. */
export interface CheckResult {
  readonly errors: readonly LocatedFinding[]
  readonly notices: readonly LocatedFinding[]
}

/** Reads the configuration as plan does, writes nothing, and compares the table of variables with the code. */
export async function checkProject(project: Project, formats: readonly Format[]): Promise<CheckResult> {
  const { config, findings } = readConfig(await readFile(project.config, 'utf8'), project.configName, formats)
  if (config === undefined) return { errors: findings, notices: [] }
  return { errors: await planFindings(project, config, formats), notices: await drift(project, config) }
}

/** Everything that planning would refuse, short of the state of the checkout. */
async function planFindings(
  project: Project,
  config: Config,
  formats: readonly Format[],
): Promise<readonly LocatedFinding[]> {
  try {
    const standing = await standingOf({ ...project, allowDirty: true }, config.facts)
    const tagged = { ...project, tag: project.tag ?? anyTag(config, standing) }
    const { facts, texts } = await decideFacts(tagged, config, standing, formats)
    const [inputs, checkout] = [{ schema: 1, files: [] } as const, { kind: standing.kind, project: '' }]
    const parts = { facts, config, formats, texts, selection: project, inputs, checkout, history: [], notices: [] }
    const { bases } = assemblePlan(parts)
    return (await lockFindings(bases, project)).map(config.locate)
  } catch (error) {
    if (error instanceof ConfigError) return error.findings
    if (!(error instanceof ReleaseError) || error.code === 'USAGE') throw error
    const { message, hint } = error
    return [config.locate({ path: SECTION_OF[error.code] ?? [], message, ...(hint === undefined ? {} : { hint }) })]
  }
}

// Where only tags say the version, a checkout between two of them has none, and nothing is wrong with that.
function anyTag({ version }: Config, { checkout }: Standing): string | undefined {
  const isRelease = checkout?.tags.some(
    ({ name, commit }) => commit === checkout.commit && parseTag(version.tag, name) !== undefined,
  )
  return version.files.length === 0 && isRelease !== true ? tagOf(version.tag, '0.0.0.dev0') : undefined
}

async function lockFindings(bases: readonly BaseRequest[], project: Project): Promise<readonly Finding[]> {
  if (bases.length === 0) return []
  const text = await readLock(project)
  if (text !== undefined) return unlocked(parseLock(text), bases).map(findingOf)
  const message = 'what lies below the image is not locked: there is no slipway.lock'
  return [{ path: ['docker'], message, hint: 'Run `slipway lock` and commit slipway.lock.' }]
}

function findingOf({ message, hint }: ReleaseError): Finding {
  return { path: ['docker', 'base'], message, ...(hint === undefined ? {} : { hint }) }
}

/** Which section an error of planning speaks of. */
const SECTION_OF: Readonly<Record<string, readonly string[]>> = {
  VERSION_MISMATCH: ['version'],
  VERSION_UNSPELLABLE: ['version'],
  FRONTEND_FAILED: ['frontends'],
}

async function drift(project: Project, config: Config): Promise<readonly LocatedFinding[]> {
  const { python, runtime } = config.facts
  const reads = await readVariables(project.folder, project.config, python)
  if (reads === undefined) {
    const message = 'not compared with the code, because python3 is not installed'
    return [config.locate({ path: ['runtime', 'environment'], message })]
  }
  const findings = [...staticDrift(python.collect !== undefined, reads), ...variableDrift(runtime.environment, reads)]
  return findings.map((finding) => config.locate(finding))
}
