import { compareDebianVersions } from '../lib/core/debian-version.ts'

/** One alternative of a dependency: `libc6 (>= 2.34)`. */
export interface Relation {
  readonly name: string
  readonly version?: { readonly operator: string; readonly value: string }
}

const RELATION = /^([a-z0-9][a-z0-9.+-]*)(?::[a-z0-9-]+)?(?:\s*\(\s*(<<|<=|=|>=|>>)\s*([^\s)]+)\s*\))?$/

/** The groups of a relationship field, each a list of alternatives (Debian Policy 7.1); `:any` is dropped. */
export function parseRelations(field: string): Relation[][] {
  return field
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '')
    .map((group) => group.split('|').map((alternative) => parseRelation(alternative.trim())))
}

function parseRelation(text: string): Relation {
  const match = RELATION.exec(text)
  if (match?.[1] === undefined) throw new Error(`not a package relationship: ${text}`)
  const [, name, operator, value] = match
  return operator === undefined || value === undefined ? { name } : { name, version: { operator, value } }
}

const OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  '<<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '=': (order) => order === 0,
  '>=': (order) => order >= 0,
  '>>': (order) => order > 0,
}

/** Whether a version fits a relation; no version (an unversioned Provides) fits only a relation without one. */
export function satisfies(relation: Relation, version: string | undefined): boolean {
  if (relation.version === undefined) return true
  if (version === undefined) return false
  const { operator, value } = relation.version
  return OPERATORS[operator]?.(compareDebianVersions(version, value)) ?? false
}
