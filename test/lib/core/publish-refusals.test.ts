import { describe, expect, it } from 'vitest'
import { planRefusals, publishRefusals } from '../../../scripts/lib/core/publish-refusals.ts'
import { type DistWishes, planOf } from '../../support/finished-dist.ts'

const LOCKED = { requirements: false, base: [] }
const { facts } = planOf([], {})

describe('what publishing refuses, and a dry run tells', () => {
  const ROWS: readonly (readonly [string, DistWishes, string])[] = [
    ['a trial', { trial: true }, 'it is a trial (no tag stood at the commit)'],
    [
      'a release from files',
      { plan: { checkout: { kind: 'files', project: '' } } },
      'it was not made from git alone (--allow-dirty, or no git)',
    ],
    [
      'a front end without a lock',
      { plan: { facts: { ...facts, tools: { ...facts.tools, unlocked: ['web', 'admin'] } } } },
      'no lock pins the packages of front end web, admin',
    ],
  ]
  it.each(ROWS)('names %s before anything is built', (_, wishes, wanted) => {
    expect(planRefusals(planOf([], wishes))).toEqual([wanted])
    expect(publishRefusals(planOf([], wishes), LOCKED)).toEqual([wanted])
  })

  it('is nothing of a locked release from a tag', () => {
    expect(publishRefusals(planOf([], {}), LOCKED)).toEqual([])
  })

  it('names requirements without hashes and packages that no mirror has any more', () => {
    const base = [{ locked: 'libpq5 17.6-1', used: 'libpq5 17.7-1' }]
    expect(publishRefusals(planOf([], {}), { requirements: true, base })).toEqual([
      'the image base holds libpq5 17.7-1 where slipway.lock says libpq5 17.6-1',
      'its requirements are not locked with hashes',
    ])
  })
})
