import { MEDIA_TYPES, type Output } from './artifact.ts'
import { type Config, ConfigError, type LocatedFinding } from './config/load.ts'
import { type Finding, ReleaseError } from './error.ts'
import { type Facts, type Target, targetName } from './facts.ts'
import type { BaseRequest, Format, Texts } from './format.ts'
import type { ChangedFiles, Plan, PlannedFormat } from './plan.ts'
import { type Selection, selectFormats, unmetNeeds } from './select-formats.ts'

/** Everything that a plan is made of, read by the caller. */
export interface PlanParts {
  readonly facts: Facts
  readonly config: Config
  readonly formats: readonly Format[]
  readonly selection: Selection
  readonly texts?: Texts // what the formats want to read before anything is made
  readonly inputs: Plan['inputs']
  readonly checkout: Plan['checkout']
  readonly history: readonly string[]
  readonly changes?: readonly string[]
  readonly changedFiles?: ChangedFiles
  readonly notices: readonly string[]
}

/** The plan, with every promised output by name; all that rooms refuse is told at once. */
export function assemblePlan(parts: PlanParts): Plan {
  const { facts, config, inputs, checkout, history } = parts
  const { formats, notices } = selectFormats(parts.formats, Object.keys(config.sections), parts.selection)
  const unmet = unmetNeeds(parts.formats, Object.keys(config.sections)).map((finding) => config.locate(finding))
  const findings = [...unmet, ...checkFormats(parts, formats)]
  if (findings.length > 0) throw new ConfigError(findings)
  const planned = planFormats(facts, config, formats)
  const sealed = sealedOutputs()
  assertNames([...planned, { name: 'slipway itself', outputs: sealed }])
  return {
    schema: 1,
    facts,
    formats: planned,
    targets: uniqueTargets(formats.flatMap((format) => format.targets(section(config, format)))),
    bases: uniqueBases(formats.flatMap((format) => format.bases(section(config, format)))),
    sealed,
    inputs,
    checkout,
    history,
    ...(parts.changes === undefined ? {} : { changes: parts.changes }),
    ...(parts.changedFiles === undefined ? {} : { changedFiles: parts.changedFiles }),
    notices: [...parts.notices, ...notices],
  }
}

/** What the rooms say of their sections, each with its place in the file. */
function checkFormats({ facts, config, texts }: PlanParts, formats: readonly Format[]): readonly LocatedFinding[] {
  return formats.flatMap((format) =>
    format.check(facts, section(config, format), texts).map((finding: Finding) => {
      return config.locate({ ...finding, path: [format.name, ...finding.path] })
    }),
  )
}

function section(config: Config, format: Format): unknown {
  return config.sections[format.name] ?? {}
}

function planFormats(facts: Facts, config: Config, formats: readonly Format[]): readonly PlannedFormat[] {
  const refused: ReleaseError[] = []
  const planned = formats.map((format) => {
    const given = section(config, format)
    const { name, needs } = format
    try {
      return { name, needs, config: format.schema.parse(given), outputs: format.outputs(facts, given) }
    } catch (error) {
      if (!(error instanceof ReleaseError && error.code === 'VERSION_UNSPELLABLE')) throw error
      refused.push(new ReleaseError(error.code, `${name}: ${error.message}`, { hint: error.hint }))
      return { name, needs, config: given, outputs: [] }
    }
  })
  const [first] = refused
  if (first === undefined) return planned
  throw new ReleaseError(first.code, refused.map(({ message }) => message).join('\n  '), { hint: first.hint })
}

function sealedOutputs(): readonly Output[] {
  return [
    { kind: 'file', name: 'release.json', mediaType: MEDIA_TYPES.json, carries: 'none' },
    { kind: 'file', name: 'SHA256SUMS', mediaType: MEDIA_TYPES.text, carries: 'none' },
  ]
}

// GitHub rewrites any other character of an asset's name, so that the sums would name files that do not exist.
const ASSET_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/

function assertNames(groups: readonly Pick<PlannedFormat, 'name' | 'outputs'>[]): void {
  const owners = new Map<string, string>()
  for (const { name: owner, outputs } of groups) {
    for (const { name } of outputs) {
      if (!ASSET_NAME.test(name)) {
        const hint = `Give the section ${owner} of slipway.yaml a name of letters, digits, dots, dashes and underscores.`
        throw new ReleaseError('PATH_REFUSED', `${owner} promises ${JSON.stringify(name)}, which GitHub would rename`, {
          hint,
        })
      }
      const other = owners.get(name)
      if (other !== undefined) throw twice(name, [other, owner])
      owners.set(name, owner)
    }
  }
}

function twice(name: string, owners: readonly string[]): ReleaseError {
  const [one, two] = owners
  const hint = `Leave one of them out of slipway.yaml, or give it another name there.`
  return new ReleaseError('PATH_REFUSED', `${one} and ${two} both promise ${name}`, { hint })
}

function uniqueTargets(targets: readonly Target[]): readonly Target[] {
  const byName = new Map(targets.map((target) => [targetName(target), target]))
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target)
}

function uniqueBases(bases: readonly BaseRequest[]): readonly BaseRequest[] {
  const byName = new Map<string, BaseRequest>()
  for (const base of bases) {
    const known = byName.get(base.name)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(base)) {
      const hint = 'Name one base in slipway.yaml for all formats that make images.'
      throw new ReleaseError('PATH_REFUSED', `two formats ask for different image bases under the name ${base.name}`, {
        hint,
      })
    }
    byName.set(base.name, base)
  }
  return [...byName.values()]
}
