import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Fault, FaultKind, Operation } from '../../scripts/publish/simulate/faults.ts'
import { noise } from '../support/finished-dist.ts'
import { type Bench, expectComplete, openBench, spawnPublish } from '../support/publishing.ts'
import { fullRun } from '../support/tool.ts'

const RUNS = fullRun ? 2000 : 200
const TRIES = 4 // one run and three more
const KILLED = 10 // every tenth first run is a process of its own, killed at a point that the seed decides

// Small, so that thousands of runs are quick; larger than what a truncating server keeps.
const SIZES = {
  'demo_1.5.0-1_all.deb': 9000,
  'demo-1.5.0.tgz': 2000,
  'demo-1.5.0.tar.gz': 5001,
  'demo-1.5.0-static.zip': 1200,
}
const FILES = Object.fromEntries(Object.entries(SIZES).map(([name, size]) => [name, noise(name, size)]))

const ANYWHERE: readonly FaultKind[] = ['bad-gateway', 'landed-but-504', 'secondary-limit', 'reset', 'not-found']
const OPERATIONS: readonly (readonly [Operation, readonly FaultKind[]])[] = [
  ['list-releases', ['bad-gateway', 'secondary-limit', 'reset', 'lag']],
  ['list-assets', ANYWHERE],
  ['repository', ['bad-gateway', 'secondary-limit', 'reset']],
  ['read-tag', ['bad-gateway', 'secondary-limit', 'reset']],
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

/** Faults of one seed; a run gives up after six of a kind, so that `room` for them says how many runs may fail. */
function randomFaults(seed: number, room: number): readonly Fault[] {
  const roll = dice(seed)
  let left = room
  return Array.from({ length: 1 + roll(6) }, (): Fault => {
    const [on, kinds] = OPERATIONS[roll(OPERATIONS.length)] ?? ['list-assets', ANYWHERE]
    const is = kinds[roll(kinds.length)] ?? 'reset'
    const after = roll(8)
    const times = Math.min(left, is === 'lag' ? 2 : 9, 1 + roll(9)) // a listing lags for a moment, not for a whole run
    left -= times
    return { on, is, after, times }
  }).filter(({ times }) => times !== 0)
}

/** Publishes in a process of its own and kills it when the stand-in has seen so many requests, or holds an upload half-way. */
async function publishKilled(bench: Bench, requests: number): Promise<void> {
  const child = spawnPublish(bench)
  const ended = once(child, 'close')
  const seen = async (): Promise<void> => {
    while (bench.github.log.length < requests && child.exitCode === null) await sleep(2)
  }
  await Promise.race([seen(), bench.github.stalled(), ended])
  child.kill('SIGKILL')
  await ended
}

const tally = { killed: 0, reruns: 0 }

describe('under random faults the same command leads to one complete release', { timeout: 120_000 }, () => {
  it.concurrent.each(Array.from({ length: RUNS }, (_, seed) => seed))('seed %i', async (seed) => {
    const killed = seed % KILLED === KILLED - 1
    const roll = dice(-seed)
    const stall: readonly Fault[] = killed && roll(2) === 1 ? [{ on: 'upload-asset', is: 'stall', after: roll(6) }] : []
    const random = randomFaults(seed, 6 * (killed ? TRIES - 1 : TRIES) - 1)
    const faults = [...stall, ...random]
    const github = { immutable: seed % 2 === 1, digests: seed % 5 !== 0 }
    const bench = await openBench({ files: FILES }, github, faults)
    try {
      if (killed) await publishKilled(bench, 1 + roll(24))
      if (stall.length > 0) bench.github.schedule(random)
      let ended = false
      for (let tries = killed ? 1 : 0; tries < TRIES && !ended; tries++) {
        ended = await bench.publish().then(
          () => true,
          (error: unknown) => {
            expect(error, JSON.stringify(faults)).toMatchObject({ name: 'ReleaseError' })
            return false
          },
        )
        if (!ended) tally.reruns += 1
      }
      expect(ended, `${JSON.stringify(faults)}\n${bench.lines.join('\n')}`).toBe(true)
      await expectComplete(bench)
      if (killed) tally.killed += 1
    } finally {
      await bench.close()
    }
  })

  it('and both happened: processes were killed, and runs had to be repeated', () => {
    expect(tally.killed).toBe(RUNS / KILLED)
    expect(tally.reruns).toBeGreaterThan(RUNS / 50)
  })
})
