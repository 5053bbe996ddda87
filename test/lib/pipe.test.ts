import { describe, expect, it } from 'vitest'
import { gather, streamOf } from '../../scripts/lib/archive/bytes.ts'
import { ReleaseError } from '../../scripts/lib/core/error.ts'
import { pipe } from '../../scripts/lib/io/run.ts'

describe('pipe', () => {
  it('gives what the program makes of the bytes', async () => {
    const megabytes = Array.from({ length: 8 }, (_, n) => Buffer.alloc(2 ** 20, n))
    const given = await gather(pipe(['cat'], streamOf(...megabytes)))
    expect(Buffer.concat(megabytes).equals(given)).toBe(true)
  })

  it('fails as its source fails, not as the program that was cut off', async () => {
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Buffer.alloc(2 ** 20)
      throw new ReleaseError('TREE_CHANGED', 'a file has other bytes', { hint: 'Do something.' })
    }
    await expect(gather(pipe(['cat'], broken()))).rejects.toMatchObject({ code: 'TREE_CHANGED' })
  })

  it('fails as the program fails, with its last words', async () => {
    const failing = gather(pipe(['xz', '-dc'], streamOf(Buffer.from('not xz'))))
    await expect(failing).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      cause: { tail: expect.stringContaining('File format not recognized') },
    })
  })

  it('names a program that is not installed', async () => {
    await expect(gather(pipe(['no-such-program'], streamOf()))).rejects.toMatchObject({ code: 'TOOL_MISSING' })
  })

  it('lets the reader stop early', async () => {
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) yield Buffer.alloc(2 ** 16)
    }
    for await (const chunk of pipe(['cat'], endless())) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
  })
})
