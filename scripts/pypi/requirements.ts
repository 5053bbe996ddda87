import { normaliseName } from '../lib/core/dependency-files.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { RequirementLine } from '../lib/core/requirement-lines.ts'
import { loosened, type VersionRule } from './loosen.ts'

// A requirement as PEP 508 writes it: name, extras, versions (perhaps in parentheses), marker.
const REQUIREMENT =
  /^(?<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[(?<extras>[^\]]*)\])?\s*\(?(?<versions>[^;()]*?)\)?\s*(?:;\s*(?<marker>\S.*))?$/
const VERSIONS = /^(?:(?:~=|===?|!=|<=?|>=?)\s*[A-Za-z0-9.!*_-]+\s*(?:,\s*|$))*$/
const EXTRAS = /^\s*(?:[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:,\s*|$))*$/

// Options of a requirement that say which bytes, not which version.
const HASHES = /\s--hash[= ]\s*\S+/g

// Options that say how to fetch; the package does not depend on them.
const FETCHING =
  /^--(?:require-hashes|pre|prefer-binary|only-binary|no-binary|no-index|trusted-host|use-feature)(?:[ =].*)?$/

interface Refusal {
  readonly pattern: RegExp
  readonly reason: string
}

// What pip takes and the metadata of a package on the index cannot say; the first that matches is told.
const REFUSALS: readonly Refusal[] = [
  { pattern: /^(?:-e|--editable)/, reason: 'an editable folder is no release' },
  {
    pattern: /^(?:-i|--index-url|--extra-index-url|-f|--find-links)/,
    reason: 'a package cannot say which index to ask',
  },
  { pattern: /^-/, reason: 'an option of pip that a package cannot say' },
  { pattern: /@\s*\S|:\/\//, reason: 'the Python index takes no direct reference' },
  { pattern: /^[./~]|\.(?:whl|zip|tar\.\w+)$|^[^<>=!~;[]*\//, reason: 'a file of this machine is no release' },
  { pattern: /\s--\w/, reason: 'an option of pip that a package cannot say' },
  { pattern: /^[^;]*\d\+/, reason: 'a local version (+…) is on no public index' },
]

/**
 * `Requires-Dist` values: versions by the rule and markers kept, hashes dropped, narrowed by constraints. CONFIG_INVALID names each line
 * that the metadata of a package cannot say, with its place.
 */
export function readRequirements(all: readonly RequirementLine[], rule: VersionRule): readonly string[] {
  const lines = all
    .filter(({ text }) => !FETCHING.test(text))
    .map((line) => ({ ...line, text: line.text.replaceAll(HASHES, '').trim() }))
  const refused = lines.flatMap((line) => {
    const reason = refusalOf(line)
    return reason === undefined ? [] : [{ line, reason }]
  })
  const [first] = refused
  if (first === undefined) return rendered(lines, rule)
  const list = refused.map(({ line, reason }) => `  - ${place(line)}: ${reason}`)
  throw new ReleaseError('CONFIG_INVALID', ['requirements that a package cannot carry:', ...list].join('\n'), {
    hint: 'Name released versions of projects on the Python index, or leave the pypi section out.',
    at: { file: first.line.file, line: first.line.number, column: 1 },
  })
}

/** A constraint narrows what is required by its name; of the rest only the dependencies' own words are known to installers. */
function rendered(lines: readonly RequirementLine[], rule: VersionRule): readonly string[] {
  const bounds = Map.groupBy(
    lines.filter(({ constraint }) => constraint !== undefined).map(({ text }) => partsOf(text)),
    ({ name }) => normaliseName(name),
  )
  const required = lines.filter(({ constraint }) => constraint === undefined).map(({ text }) => partsOf(text))
  return [...new Set(required.map((parts) => render(parts, bounds.get(normaliseName(parts.name)) ?? [], rule)))]
}

function place({ file, number, text }: RequirementLine): string {
  // Nothing but the name: a URL may hold a password.
  return `${file}:${number} ${/^-{0,2}[\w.-]*/.exec(text)?.[0] ?? ''}`.trimEnd()
}

function refusalOf({ text, constraint }: RequirementLine): string | undefined {
  const { versions, extras, marker } = partsOf(text)
  const known = REFUSALS.find(({ pattern }) => pattern.test(text))
  if (known !== undefined) return known.reason
  if (!VERSIONS.test(versions.trim()) || !EXTRAS.test(extras)) return 'not a requirement (PEP 508)'
  return constraint !== undefined && marker !== undefined
    ? 'a constraint with a marker cannot be said in a package'
    : undefined
}

interface Parts {
  readonly name: string
  readonly extras: string
  readonly versions: string
  readonly marker: string | undefined
}

function partsOf(text: string): Parts {
  const { name = '', extras = '', versions = '', marker } = REQUIREMENT.exec(text)?.groups ?? { versions: '?' }
  return { name, extras, versions, marker }
}

function render({ name, extras, versions, marker }: Parts, bounds: readonly Parts[], rule: VersionRule): string {
  const chosen = extras.trim() === '' ? '' : `[${extras.replaceAll(/\s/g, '')}]`
  const all = [versions, ...bounds.map((bound) => bound.versions)].map((text) => text.replaceAll(/\s/g, ''))
  const loose = all.filter((text) => text !== '').map((text) => loosened(text, rule))
  const requirement = `${name}${chosen}${[...new Set(loose)].join()}`
  return marker === undefined ? requirement : `${requirement}; ${marker.trim()}`
}
