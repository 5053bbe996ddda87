import { ReleaseError } from './error.ts'
import { comparePhases, equalRelease, type ParsedVersion, parseVersion, type Unparsed } from './version-parse.ts'

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

/** The ecosystems whose spelling of a version artifacts carry. */
export type Ecosystem = 'pep440' | 'debian' | 'semver'

const TITLES: Readonly<Record<Ecosystem, string>> = { pep440: 'PEP 440', debian: 'Debian', semver: 'SemVer' }

/** The version as an ecosystem writes it; VERSION_UNSPELLABLE where it has no way to write it. */
export function spelled(versions: Versions, ecosystem: Ecosystem): string {
  const spelling = versions[ecosystem]
  if ('value' in spelling) return spelling.value
  throw new ReleaseError(
    'VERSION_UNSPELLABLE',
    `${versions.plain} has no ${TITLES[ecosystem]} spelling: ${spelling.refused}`,
    {
      hint: 'Choose another version for the tag, or leave the format out with --skip.',
    },
  )
}

/** The version inside a tag, as typed but without a `v`; undefined where the tag is none of this pattern or no version. */
export function parseTag(pattern: string, tag: string): string | undefined {
  const [before = '', after = ''] = pattern.split('{version}')
  if (!(tag.startsWith(before) && tag.endsWith(after))) return undefined
  const plain = tag.slice(before.length, after === '' ? undefined : -after.length).replace(/^v(?=\d)/i, '')
  return 'refused' in parseVersion(plain) ? undefined : plain
}

/** The tag that a version has by this pattern. */
export function tagOf(pattern: string, plain: string): string {
  return pattern.replace('{version}', () => plain)
}

/** A version in every ecosystem's spelling; each spelling sorts there as `compareVersions` sorts. */
export function spellVersion(plain: string, tag: string = plain): Versions {
  const parsed = parseVersion(plain)
  if ('refused' in parsed) return { tag, plain, prerelease: false, pep440: parsed, debian: parsed, semver: parsed }
  return {
    tag,
    plain,
    prerelease: parsed.pre !== undefined || parsed.dev !== undefined,
    pep440: spellPep440(parsed),
    debian: spellDebian(parsed),
    semver: spellSemver(parsed),
  }
}

/** Order of two versions for history and "latest": PEP 440's, which all spellings keep. Throws on what is no version. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((plain) => assertParsed(plain, parseVersion(plain)))
  if (left === undefined || right === undefined) return 0
  return left.epoch - right.epoch || compareReleases(left.release, right.release) || comparePhases(left, right)
}

function assertParsed(plain: string, parsed: ParsedVersion | Unparsed): ParsedVersion {
  if (!('refused' in parsed)) return parsed
  throw new ReleaseError('VERSION_UNSPELLABLE', `${plain} is not a version: ${parsed.refused}`, {
    hint: 'Write it such as 1.2.0, 1.2.0rc1 or 1.2.0-rc.1.',
  })
}

function compareReleases(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const PEP_PHASES: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', rc: 'rc' }

// https://packaging.python.org/en/latest/specifications/version-specifiers/ (normalised form)
function spellPep440({ epoch, release, pre, post, dev }: ParsedVersion): Spelling {
  const phase = pre === undefined ? '' : PEP_PHASES[pre.word]
  if (phase === undefined) return { refused: `PEP 440 knows alpha, beta and rc, not "${pre?.word}"` }
  return {
    value: [
      epoch === 0 ? '' : `${epoch}!`,
      release.join('.'),
      pre === undefined ? '' : `${phase}${pre.number}`,
      post === undefined ? '' : `.post${post}`,
      dev === undefined ? '' : `.dev${dev}`,
    ].join(''),
  }
}

// deb-version(7): `~` sorts before the end, letters before `+`, `+` before `.`; `~~dev` so that it comes before `~alpha`.
// At least three numbers, because dpkg sorts 1.2 before 1.2.0~rc1.
function spellDebian({ epoch, release, pre, post, dev }: ParsedVersion): Spelling {
  if (epoch !== 0) return { refused: 'an epoch is not shown in the names of packages' }
  const before = pre === undefined && post === undefined ? '~~dev' : '~dev'
  return {
    value: [
      equalRelease(release).join('.'),
      pre === undefined ? '' : `~${pre.word}${pre.number}`,
      post === undefined ? '' : `+post${post}`,
      dev === undefined ? '' : `${before}${dev}`,
    ].join(''),
  }
}

// Semantic Versioning 2.0.0 §9, §11: numeric identifiers sort before words, so `0.dev` comes before `alpha`.
function spellSemver({ epoch, release, pre, post, dev }: ParsedVersion): Spelling {
  const numbers = equalRelease(release)
  if (epoch !== 0) return { refused: 'SemVer has no epochs' }
  if (numbers.length > 3) return { refused: 'SemVer has three numbers' }
  if (post !== undefined) return { refused: 'SemVer has nothing after a release but the next one' }
  if (pre !== undefined && dev !== undefined) return { refused: 'SemVer has nothing before a pre-release' }
  const value = numbers.join('.')
  if (pre !== undefined) return { value: `${value}-${pre.word}.${pre.number}` }
  return { value: dev === undefined ? value : `${value}-0.dev.${dev}` }
}
