import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runAll } from '../../scripts/lib/io/schedule.ts'

describe('scheduled work', () => {
  it('runs after what it needs, and at the same time as what it does not', async () => {
    const log: string[] = []
    const work = (name: string, needs: string[], ms: number) => ({
      name,
      needs,
      run: async () => {
        log.push(`${name} starts`)
        await sleep(ms)
        log.push(`${name} ends`)
      },
    })
    const failures = await runAll([work('c', ['a', 'b'], 1), work('a', [], 20), work('b', [], 40)])
    expect(failures).toEqual([])
    expect(log).toEqual(['a starts', 'b starts', 'a ends', 'b ends', 'c starts', 'c ends'])
  })

  it('goes on with everything that does not depend on a failure, and gives every failure once', async () => {
    const done: string[] = []
    const fine = (name: string, needs: string[]) => ({ name, needs, run: async () => void done.push(name) })
    const broken = (name: string) => ({ name, needs: [], run: () => Promise.reject(new Error(name)) })
    const failures = await runAll([
      broken('x'),
      broken('y'),
      fine('after x', ['x']),
      fine('last', ['after x']),
      fine('free', []),
    ])
    expect(failures.map(({ name }) => name)).toEqual(['x', 'y'])
    expect(done).toEqual(['free'])
  })
})
