import { spawnSync } from 'node:child_process'
import { compare } from 'semver'
import { describe, expect, it } from 'vitest'
import { compareVersions, type Ecosystem, spellVersion } from '../../../scripts/lib/core/version.ts'
import { itWith } from '../../support/tool.ts'

const PLAIN = [
  '0.9',
  '0.10.1',
  '1.0.0',
  '1.2',
  '1.2.1',
  '1.10.0',
  '2026.4',
  '2026.04.1',
  '2026.11',
  '1.2.3.4',
  '10.0.0',
]
const PHASES = [
  '1.2.0.dev3',
  '1.2.0.dev12',
  '1.2.0-alpha',
  '1.2.0a1',
  '1.2.0-alpha.2.dev1',
  '1.2.0-beta.2',
  '1.2.0b10',
  '1.2.0rc1.dev2',
  'v1.2.0-rc.1',
  '1.2.0rc1.post1',
  '1.2.0-rc.11',
  '1.2.0c2',
  '1.2.0-testing.1',
  '1.2.0-alphax.1',
  '1.2.0',
  '1.2.0.post1.dev1',
  '1.2.0.post1',
  '1.2.0-r2',
  '1.2.1-dev.1',
  '1!0.1',
]
const ALL = [...PLAIN, ...PHASES]
const PAIRS = ALL.flatMap((a, index) => ALL.slice(index + 1).map((b) => [a, b] as const))

function spelledPairs(ecosystem: Ecosystem): { pair: readonly [string, string]; spelled: readonly [string, string] }[] {
  return PAIRS.flatMap(([a, b]) => {
    const [left, right] = [spellVersion(a)[ecosystem], spellVersion(b)[ecosystem]]
    return 'value' in left && 'value' in right
      ? [{ pair: [a, b] as const, spelled: [left.value, right.value] as const }]
      : []
  })
}

/** What a program that reads `a b` lines answers: -1, 0 or 1 for each. */
function answers(program: string, args: readonly string[], pairs: readonly (readonly [string, string])[]): number[] {
  const input = pairs.map((pair) => `${pair.join(' ')}\n`).join('')
  const { stdout, stderr, status } = spawnSync(program, args, { input, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.trim().split('\n').map(Number)
}

const DPKG = `while read -r a b; do
  if dpkg --compare-versions "$a" lt "$b"; then echo -1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi
done`
const PACKAGING = `import sys
from pip._vendor.packaging.version import Version
for line in sys.stdin:
    a, b = (Version(word) for word in line.split())
    print((a > b) - (a < b))`

function ours(pairs: readonly { pair: readonly [string, string] }[]): string[] {
  return pairs.map(({ pair: [a, b] }) => `${a} ${Math.sign(compareVersions(a, b))} ${b}`)
}

function theirs(pairs: readonly { pair: readonly [string, string] }[], signs: readonly number[]): string[] {
  return pairs.map(({ pair: [a, b] }, index) => `${a} ${signs[index]} ${b}`)
}

describe('versions sort alike wherever they have a spelling', () => {
  itWith(['dpkg', 'sh'], 'dpkg sorts the Debian spellings as Slipway does', () => {
    const pairs = spelledPairs('debian')
    expect(pairs.length).toBeGreaterThan(200)
    const revised = pairs.map(({ spelled: [a, b] }) => [`${a}-1`, `${b}-1`] as const)
    expect(theirs(pairs, answers('sh', ['-c', DPKG], revised))).toEqual(ours(pairs))
  })

  itWith(['python3'], 'Python packaging sorts the PEP 440 spellings as Slipway does', () => {
    const pairs = spelledPairs('pep440')
    expect(pairs.length).toBeGreaterThan(200)
    const spelled = pairs.map((pair) => pair.spelled)
    expect(theirs(pairs, answers('python3', ['-c', PACKAGING], spelled))).toEqual(ours(pairs))
  })

  it('semver sorts the SemVer spellings as Slipway does', () => {
    const pairs = spelledPairs('semver')
    expect(pairs.length).toBeGreaterThan(150)
    const signs = pairs.map(({ spelled: [a, b] }) => compare(a, b))
    expect(theirs(pairs, signs)).toEqual(ours(pairs))
  })

  it('at least 80 of the pairs have a pre, post or dev spelling on both sides or mixed styles', () => {
    const phased = PAIRS.filter(([a, b]) => PHASES.includes(a) && PHASES.includes(b))
    expect(phased.length).toBeGreaterThan(80)
  })
})
