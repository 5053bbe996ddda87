import type { z } from 'zod'
import { type Finding, type Position, ReleaseError } from '../error.ts'
import type { Facts } from '../facts.ts'
import type { Format } from '../format.ts'
import { CROSS_RULES } from './cross-rules.ts'
import type { ReleaseSection } from './release-section.ts'
import { configJsonSchema, type JsonSchema, SECTIONS } from './schema.ts'
import type { VersionRule } from './sections.ts'
import { findingsOf, unknownKey } from './words.ts'
import { readYaml, type YamlFile } from './yaml.ts'

/** What slipway.yaml alone decides of the facts. */
export type ConfiguredFacts = Pick<
  Facts,
  | 'app'
  | 'revision'
  | 'missing'
  | 'frontends'
  | 'python'
  | 'deps'
  | 'runtime'
  | 'rehearse'
  | 'repository'
  | 'notes'
  | 'attest'
>

/** A finding with its place in the file. */
export interface LocatedFinding extends Finding {
  readonly at: Position
}

/** A valid slipway.yaml; `sections` holds those of formats, with defaults filled in. */
export interface Config {
  readonly facts: ConfiguredFacts
  readonly version: VersionRule
  readonly sections: Readonly<Record<string, unknown>>
  /** What the written workflow does besides, and facts need not know. */
  readonly workflow: Pick<ReleaseSection, 'environment' | 'rehearse'>
  /** Adds the place in the file to a finding. */
  locate(finding: Finding): LocatedFinding
}

/** Everything found in a configuration, and the configuration itself where nothing is wrong. */
export interface ReadConfig {
  readonly findings: readonly LocatedFinding[]
  readonly config?: Config
}

/** Reads slipway.yaml; `file` is its name in messages. Findings are collected, never thrown. */
export function readConfig(text: string, file: string, formats: readonly Format[]): ReadConfig {
  const yaml = readYaml(text, file)
  const locate = (finding: Finding): LocatedFinding => ({ ...finding, at: yaml.locate(finding.path) })
  if (!isMapping(yaml.value)) {
    const [empty] = [{ path: [], message: 'this file holds no sections', hint: 'Begin with `schema: 1` and `app:`.' }]
    return { findings: (yaml.findings.length > 0 ? yaml.findings : [empty]).map((finding) => locate(finding ?? empty)) }
  }
  const read = readSections(yaml, yaml.value, formats)
  const findings = [...yaml.findings, ...read.findings, ...CROSS_RULES.flatMap((rule) => rule(yaml.value))]
  if (findings.length > 0) return { findings: sortFindings(findings.map(locate)) }
  return { findings: [], config: configOf(read.values, formats, locate) }
}

/** A valid slipway.yaml, or CONFIG_INVALID with all findings. */
export function loadConfig(text: string, file: string, formats: readonly Format[]): Config {
  const { config, findings } = readConfig(text, file, formats)
  if (config === undefined) throw new ConfigError(findings)
  return config
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

interface ReadSections {
  readonly findings: readonly Finding[]
  readonly values: Readonly<Record<string, unknown>>
}

function readSections(
  yaml: YamlFile,
  file: Readonly<Record<string, unknown>>,
  formats: readonly Format[],
): ReadSections {
  const schema = configJsonSchema(formats)
  const findings: Finding[] = []
  const values: Record<string, unknown> = {}
  const known = [...Object.keys(SECTIONS), ...formats.map((format) => format.name)]
  for (const key of Object.keys(file)) if (!known.includes(key)) findings.push(unknownKey([key], known))
  for (const [name, { schema: section, absent }] of Object.entries(SECTIONS)) {
    const parsed = section.safeParse(file[name] ?? absent)
    record(name, parsed)
  }
  for (const { name, schema: section } of formats) {
    if (Object.hasOwn(file, name)) record(name, section.safeParse(file[name] ?? {}))
  }
  return { findings, values }

  function record(name: string, parsed: z.ZodSafeParseResult<unknown>): void {
    if (parsed.success) values[name] = parsed.data
    else findings.push(...findingsOf(parsed.error.issues, [name], yaml, schema satisfies JsonSchema))
  }
}

function configOf(
  values: Readonly<Record<string, unknown>>,
  formats: readonly Format[],
  locate: (finding: Finding) => LocatedFinding,
): Config {
  const parsed = values as unknown as ConfiguredFacts & {
    readonly version: VersionRule
    readonly source: { readonly missing: readonly string[] }
    readonly release: ReleaseSection
  }
  const { app, frontends, python, deps, runtime, rehearse, version, source, release } = parsed
  const { missing } = source
  const { environment, rehearse: rehearsed, ...published } = release
  const workflow = {
    ...(environment === undefined ? {} : { environment }),
    ...(rehearsed === undefined ? {} : { rehearse: rehearsed }),
  }
  const facts = { app, revision: version.revision, missing, frontends, python, deps, runtime, rehearse, ...published }
  const planned = formats.filter((format) => format.name in values)
  const sections = Object.fromEntries(planned.map(({ name }) => [name, values[name]]))
  return { facts, version, sections, workflow, locate }
}

function sortFindings(findings: readonly LocatedFinding[]): readonly LocatedFinding[] {
  return [...findings].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
}

/** `runtime.environment[0].name`: a path as people write it. */
export function renderPath(path: Finding['path']): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '')
}

/** `slipway.yaml:LINE:COL path: what is wrong`, and below what to do. */
export function renderFinding({ at, path, message, hint }: LocatedFinding): string {
  const where = `${at.file}:${at.line}:${at.column}`
  const what = path.length === 0 ? message : `${renderPath(path)}: ${message}`
  return hint === undefined ? `${where} ${what}` : `${where} ${what}\n    ${hint}`
}

/** CONFIG_INVALID; the message holds every finding. */
export class ConfigError extends ReleaseError {
  readonly findings: readonly LocatedFinding[]

  constructor(findings: readonly LocatedFinding[]) {
    const sorted = sortFindings(findings)
    const [first] = sorted
    super('CONFIG_INVALID', `${countOf(sorted)}\n${indented(sorted)}`, {
      hint: 'Correct these lines, and see with `slipway check` what is left.',
      ...(first === undefined ? {} : { at: first.at }),
    })
    this.findings = sorted
  }
}

/** What `slipway check` prints: what is wrong, then what deserves a look. */
export function renderCheck(errors: readonly LocatedFinding[], notices: readonly LocatedFinding[]): string {
  const said = errors.length === 0 ? 'nothing is wrong' : countOf(errors)
  const look = notices.length === 0 ? [] : ['worth a look:', indented(notices)]
  return [said, ...(errors.length === 0 ? [] : [indented(errors)]), ...look].join('\n')
}

function countOf(findings: readonly LocatedFinding[]): string {
  const count = findings.length === 1 ? 'one thing is wrong' : `${findings.length} things are wrong`
  return `${count} in ${findings[0]?.at.file ?? 'the configuration'}`
}

function indented(findings: readonly LocatedFinding[]): string {
  return findings.map((finding) => `  ${renderFinding(finding)}`).join('\n')
}
