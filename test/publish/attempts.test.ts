import { describe, expect, it } from 'vitest'
import { attempt, isPassing, type Patience, RequestFailure, waitAfter } from '../../scripts/lib/io/attempts.ts'

describe('a request that fails', () => {
  it.each([
    ['no answer', new RequestFailure('x', 0), true],
    ['a fault of the server', new RequestFailure('x', 502), true],
    ['too many requests', new RequestFailure('x', 429), true],
    ['not visible yet', new RequestFailure('x', 404), true],
    ['a limit that names its end', new RequestFailure('x', 403, [], 60), true],
    ['an upload that may have landed', new RequestFailure('x', 422, ['already_exists']), true],
    ['a missing right', new RequestFailure('x', 403), false],
    ['a bad token', new RequestFailure('x', 401), false],
    ['a field that is wrong', new RequestFailure('x', 422, ['invalid']), false],
    ['a fault of ours', new Error('x'), false],
  ])('by %s', (_, failure, again) => {
    expect(isPassing(failure)).toBe(again)
  })

  it('waits longer each time, or as long as the server says', () => {
    expect([1, 2, 3, 4, 5].map((count) => waitAfter(count, undefined))).toEqual([2, 5, 11, 23, 47])
    expect(waitAfter(1, 90)).toBe(90)
  })

  it('is tried as often as patience allows, each failure told', async () => {
    const told: string[] = []
    const patience: Patience = { attempts: 3, second: 1, announce: (text) => told.push(text) }
    let count = 0
    const work = async (): Promise<never> => {
      count += 1
      throw new RequestFailure('uploading x', 502)
    }
    await expect(attempt('x', patience, work)).rejects.toThrow('uploading x (502)')
    expect(count).toBe(3)
    expect(told).toEqual([
      'x: attempt 1 of 3 failed (502), again in 2 s',
      'x: attempt 2 of 3 failed (502), again in 5 s',
    ])
  })

  it('really waits: a second lasts what it is told', async () => {
    const started = performance.now()
    const patience: Patience = { attempts: 2, second: 20, announce: () => undefined }
    await attempt('x', patience, async (count) => {
      if (count === 1) throw new RequestFailure('x', 503, [], 10)
    })
    expect(performance.now() - started).toBeGreaterThanOrEqual(195)
  })
})
