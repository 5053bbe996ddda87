import { ReleaseError } from '../lib/core/error.ts'
import { type BinaryPackage, type PackageIndex, provided } from './package-index.ts'
import { type Relation, satisfies } from './relations.ts'

/** What a list of roots pulls in, sorted by name, and what was left out on purpose and who wanted it. */
export interface Closure {
  readonly packages: readonly BinaryPackage[]
  readonly dropped: readonly { readonly wants: string; readonly by: string }[]
}

interface Search {
  readonly index: PackageIndex
  readonly excluded: ReadonlySet<string>
  readonly selected: Map<string, BinaryPackage>
  readonly dropped: Map<string, string>
  readonly missing: string[]
}

/**
 * Packages that `roots` need above those of the layers `below`: breadth first, Pre-Depends then Depends, the first
 * alternative that exists; Recommends and Essential are not implied, and nothing is tried twice.
 */
export function closure(
  index: PackageIndex,
  roots: readonly string[],
  excluded: ReadonlySet<string>,
  below: readonly BinaryPackage[] = [],
): Closure {
  const selected = new Map(below.map((known) => [known.name, known]))
  const search: Search = { index, excluded, selected, dropped: new Map(), missing: [] }
  const queue = roots.flatMap((root) => choose(search, [{ name: root }], 'the list of roots'))
  for (let found = queue.shift(); found !== undefined; found = queue.shift()) {
    for (const group of found.depends) queue.push(...choose(search, group, found.name))
  }
  assertResolved(search)
  const lower = new Set(below.map((known) => known.name))
  const packages = [...selected.values()].filter((known) => !lower.has(known.name))
  return {
    packages: packages.sort((a, b) => (a.name < b.name ? -1 : 1)),
    dropped: [...search.dropped].map(([wants, by]) => ({ wants, by })).sort((a, b) => (a.wants < b.wants ? -1 : 1)),
  }
}

/** What a group of alternatives adds to the selection: nothing or one package. */
function choose(search: Search, group: readonly Relation[], by: string): BinaryPackage[] {
  const { index, excluded, selected, dropped, missing } = search
  if ([...selected.values()].some((known) => group.some((relation) => meets(known, relation)))) return []
  const refused = group.find((relation) => excluded.has(relation.name))
  if (refused !== undefined) {
    if (!dropped.has(refused.name)) dropped.set(refused.name, by)
    return []
  }
  const found = group.flatMap((relation) => index.providers(relation)).find((known) => !excluded.has(known.name))
  if (found === undefined) {
    missing.push(`${group.map((relation) => relation.name).join(' | ')} (wanted by ${by})`)
    return []
  }
  selected.set(found.name, found)
  return [found]
}

function meets(known: BinaryPackage, relation: Relation): boolean {
  if (known.name === relation.name) return satisfies(relation, known.version)
  return known.provides.some((entry) => entry.name === relation.name && provided(entry, relation))
}

function assertResolved({ selected, missing }: Search): void {
  const clashes = [...selected.values()].flatMap((known) =>
    known.against
      .flatMap((relation) => [...selected.values()].filter((other) => other !== known && meets(other, relation)))
      .map((other) => `${known.name} does not go with ${other.name}`),
  )
  const findings = [...missing.map((text) => `no package for ${text}`), ...clashes]
  if (findings.length === 0) return
  throw new ReleaseError('DEPS_UNRESOLVED', `the packages of the image base do not fit: ${findings.join('; ')}`, {
    hint: 'Change the roots of this base, or wait until the archive is consistent again.',
  })
}
