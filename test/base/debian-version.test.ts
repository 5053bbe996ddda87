import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { compareDebianVersions } from '../../scripts/lib/core/debian-version.ts'
import { itWith } from '../support/tool.ts'

const ordered = [
  '0',
  '0.0.1~~',
  '0.0.1~',
  '0.0.1',
  '1.0~rc1-1',
  '1.0~rc1-1+deb13u1',
  '1.0-0.1',
  '1.0-1~deb12u1',
  '1.0-1',
  '1.0-1+b1',
  '1.0a-1',
  '1.0+dfsg-1',
  '1.0.1-1',
  '1.00.2-1',
  '1.10-1',
  '3.46.1-7+deb13u2',
  '1:0.9-1',
  '1:1.3.dfsg+really1.3.1-1',
  '1:1.3.dfsg+really1.3.1-1+deb13u1',
  '2:0~',
  '2:0',
]

const sign = (n: number): number => Math.sign(n)

describe('Debian versions', () => {
  it('are ordered as written here, pair by pair', () => {
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) expect(sign(compareDebianVersions(a, b)), `${a} ${b}`).toBe(sign(i - j))
    }
  })

  it('are equal when only leading zeros or a missing revision differ', () => {
    expect(compareDebianVersions('1.01-1', '1.1-1')).toBe(0)
    expect(compareDebianVersions('1.1', '1.1-0')).toBe(0)
    expect(compareDebianVersions('0:1.1', '1.1')).toBe(0)
  })

  itWith(['dpkg'], 'compare as dpkg does, on all pairs of 21 versions', () => {
    const script = ordered
      .flatMap((a) =>
        ordered.map((b) => `for op in lt eq gt; do dpkg --compare-versions '${a}' $op '${b}' && echo $op; done`),
      )
      .join('\n')
    const said = spawnSync('sh', { input: script, encoding: 'utf8' }).stdout.trim().split('\n')
    const ours = ordered.flatMap((a) => ordered.map((b) => ['lt', 'eq', 'gt'][sign(compareDebianVersions(a, b)) + 1]))
    expect(said).toHaveLength(441)
    expect(ours).toEqual(said)
  })
})
