import { describe, expect, it } from 'vitest'
import { takeTurn } from '../support/turn.ts'

describe.runIf(process.platform === 'linux')('a turn', () => {
  it('is had by one at a time, in whatever process', async () => {
    const said: string[] = []
    const end = await takeTurn('of-this-test')
    const second = takeTurn('of-this-test').then((endSecond) => {
      said.push('second')
      return endSecond
    })
    const other = await takeTurn('of-this-test-too')
    said.push('first ends')
    await end()
    await (await second)()
    await other()
    expect(said).toEqual(['first ends', 'second'])
  })
})
