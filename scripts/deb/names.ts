import type { Facts } from '../lib/core/facts.ts'

/** Version of the packages: upstream spelling and packaging revision, deb-version(7). */
export function packageVersion(facts: Facts): string {
  const { debian } = facts.version
  if ('refused' in debian) throw new Error(`planned without a Debian version: ${debian.refused}`)
  return `${debian.value}-${facts.revision}`
}

/** Name of the package that holds the dependencies for one Python minor. */
export function depsPackage(facts: Facts, python: string): string {
  return `${facts.app.name}-deps-py${python}`
}

/** Name of the asset: GitHub turns `~` and `+` into `.`, so they never stand in it. */
export function assetName(facts: Facts, name: string, architecture: string): string {
  return `${name}_${packageVersion(facts).replaceAll(/[~+]/g, '.')}_${architecture}.deb`
}

/** Python minors, newest first: apt tries alternatives in their order. */
export function newestFirst(pythons: readonly string[]): string[] {
  return [...pythons].sort((a, b) => minorOf(b) - minorOf(a))
}

/** `3.13` gives 13. */
export function minorOf(python: string): number {
  return Number(python.slice(python.indexOf('.') + 1))
}
