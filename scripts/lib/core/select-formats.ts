import { type Finding, ReleaseError } from './error.ts'
import type { Format } from './format.ts'
import { nearest } from './nearest.ts'

/** What `--only` and `--skip` ask for; both empty for everything. */
export interface Selection {
  readonly only: readonly string[]
  readonly skip: readonly string[]
}

/** Formats that need no section: source archives and papers belong to every release. */
const ALWAYS: readonly string[] = ['tarballs', 'papers']

/** The formats to plan, in the order of the list; `--only` pulls in what is needed, `--skip` takes away what needs it. */
export function selectFormats(
  formats: readonly Format[],
  sections: readonly string[],
  selection: Selection,
): { readonly formats: readonly Format[]; readonly notices: readonly string[] } {
  const names = formats.map(({ name }) => name)
  for (const name of [...selection.only, ...selection.skip]) assertKnown(name, names)
  const configured = formats.filter(({ name }) => sections.includes(name) || ALWAYS.includes(name))
  for (const name of selection.only) assertConfigured(name, configured)
  const wanted = selection.only.length === 0 ? configured : withNeeds(configured, selection.only)
  const kept = wanted.filter(({ name }) => !selection.skip.includes(name))
  const held = kept.filter((format) => lacking(format, kept).length === 0)
  return {
    formats: held,
    notices: kept.filter((format) => !held.includes(format)).map((format) => leftOut(format, kept)),
  }
}

/** Sections of formats that cannot be made, because a format that they need has no section. */
export function unmetNeeds(formats: readonly Format[], sections: readonly string[]): readonly Finding[] {
  const there = [...sections, ...ALWAYS]
  return formats.flatMap(({ name, needs }) => {
    const lack = sections.includes(name) ? needs.filter((need) => !there.includes(need)) : []
    return lack.map((need) => ({
      path: [name],
      message: `needs the format ${need}, which has no section`,
      hint: `Add \`${need}:\`, or remove \`${name}:\`.`,
    }))
  })
}

function assertKnown(name: string, names: readonly string[]): void {
  if (names.includes(name)) return
  const near = nearest(name, names)
  const hint =
    near === undefined ? `Known formats: ${names.join(', ')}.` : `Did you mean ${near}? Known: ${names.join(', ')}.`
  throw new ReleaseError('USAGE', `there is no format "${name}"`, { hint })
}

function assertConfigured(name: string, configured: readonly Format[]): void {
  if (configured.some((format) => format.name === name)) return
  throw new ReleaseError('USAGE', `the configuration has no section ${name}`, {
    hint: `Add \`${name}:\` to slipway.yaml.`,
  })
}

function withNeeds(configured: readonly Format[], only: readonly string[]): readonly Format[] {
  const wanted = new Set(only)
  for (const name of wanted) {
    for (const need of configured.find((format) => format.name === name)?.needs ?? []) wanted.add(need) // grows while walked
  }
  return configured.filter(({ name }) => wanted.has(name))
}

function lacking(format: Format, kept: readonly Format[]): readonly string[] {
  return format.needs.filter((need) => !kept.some(({ name }) => name === need))
}

function leftOut(format: Format, kept: readonly Format[]): string {
  return `${format.name} is left out: it needs ${lacking(format, kept).join(', ')}`
}
