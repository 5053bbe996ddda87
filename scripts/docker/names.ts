import { ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'

/** The version as labels have it; VERSION_UNSPELLABLE where SemVer has no spelling. */
export function versionOf({ version: { semver } }: Facts): string {
  if ('refused' in semver) {
    const hint = 'Release a version that SemVer can spell, or leave this format out with --skip docker.'
    throw new ReleaseError('VERSION_UNSPELLABLE', semver.refused, { hint })
  }
  return semver.value
}

/** The version in tags and asset names, which have no room for the `+` of build metadata. */
export function spelling(facts: Facts): string {
  return versionOf(facts).replaceAll('+', '.')
}

/** Exact references in the repositories of the section. */
export function referencesOf({ repositories }: { readonly repositories: readonly string[] }, tag: string): string[] {
  return repositories.map((repository) => `${repository}:${tag}`)
}

/** Names that an archive gives its image: an engine that loads it wants one even where it is pushed nowhere. */
export function namesInside(
  facts: Facts,
  { repositories }: { readonly repositories: readonly string[] },
  tag: string,
): string[] {
  return referencesOf({ repositories: repositories.length > 0 ? repositories : [facts.app.name] }, tag)
}
