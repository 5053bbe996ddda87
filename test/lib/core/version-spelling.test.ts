import { describe, expect, it } from 'vitest'
import { compareVersions, parseTag, type Spelling, spelled, spellVersion } from '../../../scripts/lib/core/version.ts'

const shown = (spelling: Spelling): string => ('value' in spelling ? spelling.value : `refused: ${spelling.refused}`)

const NO_WORD = 'refused: PEP 440 knows alpha, beta and rc, not "testing"'
const NO_POST = 'refused: SemVer has nothing after a release but the next one'
const NO_DEV = 'refused: SemVer has nothing before a pre-release'
const NO_LOCAL = 'refused: a local version (+…) marks a build that is not released'
const AMBIGUOUS = 'refused: -N is a post-release in PEP 440 and a pre-release in SemVer'
const NO_SENSE = 'refused: it reads neither as SemVer nor as PEP 440'

// tag style, PEP 440, Debian, SemVer
const SPELLINGS: readonly (readonly [string, string, string, string])[] = [
  ['1.5.0', '1.5.0', '1.5.0', '1.5.0'],
  ['v1.5.0', '1.5.0', '1.5.0', '1.5.0'],
  ['1.2', '1.2', '1.2.0', '1.2.0'],
  ['2026.11', '2026.11', '2026.11.0', '2026.11.0'],
  ['2026.04.1', '2026.4.1', '2026.4.1', '2026.4.1'],
  ['1.2.0-rc.1', '1.2.0rc1', '1.2.0~rc1', '1.2.0-rc.1'],
  ['1.2.0rc1', '1.2.0rc1', '1.2.0~rc1', '1.2.0-rc.1'],
  ['1.2.0-beta.2', '1.2.0b2', '1.2.0~beta2', '1.2.0-beta.2'],
  ['1.2.0-alpha', '1.2.0a0', '1.2.0~alpha0', '1.2.0-alpha.0'],
  ['1.2.0.dev3', '1.2.0.dev3', '1.2.0~~dev3', '1.2.0-0.dev.3'],
  ['1.2.0a1.dev2', '1.2.0a1.dev2', '1.2.0~alpha1~dev2', NO_DEV],
  ['1.2.0.post1', '1.2.0.post1', '1.2.0+post1', NO_POST],
  ['0.2.0-testing.1', NO_WORD, '0.2.0~testing1', '0.2.0-testing.1'],
  ['1.2.3.4', '1.2.3.4', '1.2.3.4', 'refused: SemVer has three numbers'],
  ['1!2.0', '1!2.0', 'refused: an epoch is not shown in the names of packages', 'refused: SemVer has no epochs'],
  ['1.2.0+g1a2b', NO_LOCAL, NO_LOCAL, NO_LOCAL],
  ['1.2.0-1', AMBIGUOUS, AMBIGUOUS, AMBIGUOUS],
  ['0.3.0-uv-testing', NO_SENSE, NO_SENSE, NO_SENSE],
  ['latest', NO_SENSE, NO_SENSE, NO_SENSE],
]

describe('a version', () => {
  it.each(SPELLINGS)('%s is spelled or refused in each ecosystem', (plain, pep440, debian, semver) => {
    const versions = spellVersion(plain)
    expect([versions.pep440, versions.debian, versions.semver].map(shown)).toEqual([pep440, debian, semver])
  })

  it('is a pre-release when it has a pre or dev part, and not when it has only a post part', () => {
    const flags = ['1.0rc1', '1.0.dev1', '1.0.post1', '1.0'].map((plain) => spellVersion(plain).prerelease)
    expect(flags).toEqual([true, true, false, false])
  })

  it('without a spelling is refused by name where that spelling is asked for', () => {
    expect(() => spelled(spellVersion('1.5.0.post1'), 'semver')).toThrow(
      '1.5.0.post1 has no SemVer spelling: SemVer has nothing after a release but the next one',
    )
  })

  it('keeps its tag beside the plain form', () => {
    expect(spellVersion('1.2.0', 'release-1.2.0')).toMatchObject({ tag: 'release-1.2.0', plain: '1.2.0' })
  })
})

describe('a tag', () => {
  it.each([
    ['v{version}', 'v1.2.0-rc.1', '1.2.0-rc.1'],
    ['{version}', 'v1.2.0', '1.2.0'],
    ['{version}', '0.10.1', '0.10.1'],
    ['sample-v{version}', 'sample-v0.1.0', '0.1.0'],
    ['{version}-final', '1.2.0-final', '1.2.0'],
    ['sample-v{version}', 'v0.1.0', undefined],
    ['v{version}', 'very-old', undefined],
    ['{version}', 'draft_TEST_ONLY', undefined],
  ])('of the pattern %s named %s holds %s', (pattern, tag, plain) => {
    expect(parseTag(pattern, tag)).toBe(plain)
  })
})

it('sorting refuses what is no version', () => {
  expect(() => compareVersions('1.0', 'latest')).toThrow('latest is not a version')
})
