import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { gather, streamOf } from '../../scripts/lib/archive/bytes.ts'
import { gzip } from '../../scripts/lib/archive/gzip.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { rechunked, seeded, seededBytes, withFile } from '../support/archives.ts'
import { itWith } from '../support/tool.ts'

const MIB = 2 ** 20
const SIZES = [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 12345]
const textLike = (size: number): Uint8Array => seededBytes(seeded(size + 1), size, 12)

describe('gzip', () => {
  it.each(SIZES)('gives back %d bytes', async (size) => {
    const content = textLike(size)
    const packed = await gather(gzip(streamOf(content)))
    expect(gunzipSync(packed).equals(content)).toBe(true)
  })

  itWith(['gzip'], 'makes what gzip -t accepts, in one member', async () => {
    await withFile(
      await gather(gzip(streamOf(textLike(3 * MIB)))),
      async (file) => {
        await expect(run(['gzip', '-t', file])).resolves.toBe('')
      },
      'a.gz',
    )
  })

  it('gives the same bytes however its input is cut', async () => {
    const content = textLike(2 * MIB + 777)
    const whole = await gather(gzip(streamOf(content)))
    for (const sizes of [[4096], [1, 65536, 3], [MIB], [700_000, 1]]) {
      const cut = await gather(gzip(rechunked(streamOf(content), sizes)))
      expect(Buffer.from(cut).equals(whole)).toBe(true)
    }
  })

  it('says nothing of time and system in its header', async () => {
    const header = async (level: number): Promise<string> =>
      Buffer.from(await gather(gzip(streamOf(textLike(10)), level))).toString('hex', 0, 10)
    expect(await header(6)).toBe('1f8b08000000000000ff')
    expect(await header(9)).toBe('1f8b08000000000002ff')
    expect(await header(1)).toBe('1f8b08000000000004ff')
  })

  it('loses little by its blocks', async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, n) => `line ${n} of the file\n`).join(''))
    const { gzipSync } = await import('node:zlib')
    expect((await gather(gzip(streamOf(content)))).length).toBeLessThan(gzipSync(content).length * 1.002)
  })

  it('passes on the failure of its source', async () => {
    async function* broken(): AsyncIterable<Uint8Array> {
      yield textLike(2 * MIB)
      throw new Error('the disk is gone')
    }
    await expect(gather(gzip(broken()))).rejects.toThrow('the disk is gone')
  })

  it('gives the bytes it always gave: a Node with another zlib would be seen here', async () => {
    const packed = await gather(gzip(streamOf(textLike(2 * MIB + 777))))
    expect(createHash('sha256').update(packed).digest('hex')).toBe(
      '2ccbd3a7364760b88f7378ce90583b30af1c4ba028c1562a15f3686789e36213',
    )
  })
})
