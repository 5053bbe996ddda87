import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Fault, FaultKind, Operation } from '../../scripts/publish/simulate/faults.ts'
import { expectComplete, openBench } from '../support/publishing.ts'
import { fullRun } from '../support/tool.ts'

const RUNS = fullRun ? 300 : 12
const TRIES = 4 // one run and three more

const ANYWHERE: readonly FaultKind[] = ['bad-gateway', 'landed-but-504', 'secondary-limit', 'reset', 'not-found']
const OPERATIONS: readonly (readonly [Operation, readonly FaultKind[]])[] = [
  ['list-releases', ['bad-gateway', 'secondary-limit', 'reset', 'lag']],
  ['list-assets', ANYWHERE],
  ['create-release', ['bad-gateway', 'landed-but-504', 'secondary-limit', 'reset']],
  ['update-release', ['bad-gateway', 'landed-but-504', 'secondary-limit', 'reset']],
  ['upload-asset', [...ANYWHERE, 'bad-gateway-starter', 'truncated']],
  ['delete-asset', ANYWHERE],
]

/** Numbers that a seed decides, so that a failure can be repeated. */
function dice(seed: number): (sides: number) => number {
  let rolls = 0
  return (sides) => {
    rolls += 1
    return createHash('sha256').update(`${seed} ${rolls}`).digest().readUInt32BE() % sides
  }
}

function randomFaults(seed: number): readonly Fault[] {
  const roll = dice(seed)
  return Array.from({ length: 1 + roll(6) }, () => {
    const [on, kinds] = OPERATIONS[roll(OPERATIONS.length)] ?? ['list-assets', ANYWHERE]
    return { on, is: kinds[roll(kinds.length)] ?? 'reset', after: roll(8), times: 1 + roll(9) }
  })
}

describe('under random faults the same command leads to one complete release', () => {
  it.each(Array.from({ length: RUNS }, (_, seed) => seed))('seed %i', async (seed) => {
    const faults = randomFaults(seed)
    const bench = await openBench({}, { immutable: seed % 2 === 1, digests: seed % 5 !== 0 }, faults)
    try {
      let ended = false
      for (let tries = 0; tries < TRIES && !ended; tries++) {
        ended = await bench.publish().then(
          () => true,
          (error: unknown) => {
            expect(error, JSON.stringify(faults)).toMatchObject({ name: 'ReleaseError' })
            return false
          },
        )
      }
      expect(ended, `${JSON.stringify(faults)}\n${bench.lines.join('\n')}`).toBe(true)
      await expectComplete(bench)
    } finally {
      await bench.close()
    }
  })
})
