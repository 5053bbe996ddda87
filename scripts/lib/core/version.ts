/** A version in one ecosystem's spelling, or why there is none. */
export type Spelling = { readonly value: string } | { readonly refused: string }

/** One version in every spelling that artifacts need (design.md §7.11). */
export interface Versions {
  readonly tag: string // as in git: v1.2.0-rc.1
  readonly plain: string // the tag without its prefix: 1.2.0-rc.1
  readonly prerelease: boolean
  readonly pep440: Spelling // 1.2.0rc1
  readonly debian: Spelling // 1.2.0~rc1, without epoch and revision
  readonly semver: Spelling // 1.2.0-rc.1, for charts and OCI tags
}
