import { afterEach, describe, expect, it } from 'vitest'
import { renderEstimate } from '../../scripts/publish/estimate.ts'
import type { Fault } from '../../scripts/publish/simulate/faults.ts'
import { type Bench, expectComplete, openBench } from '../support/publishing.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

interface Row {
  readonly fault: string
  readonly faults: readonly Fault[]
  readonly told?: RegExp
}

// Every row is a fault under which other release tools fail or leave a broken release.
const ROWS: readonly Row[] = [
  {
    fault: 'a 502 that leaves a `starter`',
    faults: [{ on: 'upload-asset', is: 'bad-gateway-starter', after: 2, times: 2 }],
    told: /attempt 1 of 6 failed \(502\), again in 2 s/,
  },
  {
    fault: 'an upload that landed although it was answered by 504',
    faults: [{ on: 'upload-asset', is: 'landed-but-504', times: 3 }],
    told: /failed \(504\)/,
  },
  {
    fault: 'a TCP reset in the middle of an upload',
    faults: [{ on: 'upload-asset', is: 'reset', after: 1, times: 2 }],
    told: /failed \(no answer\)/,
  },
  {
    fault: 'a create that landed although it was answered by 504',
    faults: [{ on: 'create-release', is: 'landed-but-504' }],
    told: /draft: attempt 1 of 6/,
  },
  {
    fault: 'a create that landed, whose draft is not listed at first',
    faults: [
      { on: 'create-release', is: 'landed-but-504' },
      { on: 'list-releases', is: 'lag', after: 1 },
    ],
  },
  {
    fault: 'a server that keeps 1000 bytes and says 201',
    faults: [{ on: 'upload-asset', is: 'truncated', after: 3, times: 2 }],
    told: /other_bytes/,
  },
  {
    fault: 'a secondary limit in the middle of the uploads',
    faults: [{ on: 'upload-asset', is: 'secondary-limit', after: 4, times: 2 }],
    told: /failed \(403\), again in 7 s/,
  },
  {
    fault: 'a secondary limit while listing',
    faults: [{ on: 'list-assets', is: 'secondary-limit' }],
    told: /limits the rate: attempt 1 of 6, again in 7 s/,
  },
  {
    fault: 'a fresh draft that is 404 for a moment',
    faults: [
      { on: 'list-assets', is: 'not-found', times: 2 },
      { on: 'upload-asset', is: 'not-found' },
    ],
  },
  {
    fault: 'a listing that fails twice',
    faults: [{ on: 'list-releases', is: 'bad-gateway', times: 2 }],
    told: /GET attempt 2 of 6 failed \(502\), again in 4 s/,
  },
  {
    fault: 'a publishing that landed although it was answered by 504',
    faults: [{ on: 'update-release', is: 'landed-but-504' }],
  },
  {
    fault: 'a removal that landed although it was answered by 504',
    faults: [
      { on: 'upload-asset', is: 'truncated' },
      { on: 'delete-asset', is: 'landed-but-504' },
    ],
  },
]

describe('one run ends complete and public, whatever GitHub does', () => {
  it.each(ROWS)('after $fault', async ({ faults, told }) => {
    bench = await openBench({}, {}, faults)
    const published = await bench.publish()
    expect(published).toMatchObject({ state: 'public', changed: true, files: 8 })
    await expectComplete(bench)
    expect(bench.github.unspent()).toEqual([])
    if (told !== undefined) expect(bench.lines.join('\n')).toMatch(told)
  })

  it('after the same faults with releases that freeze', async () => {
    bench = await openBench(
      {},
      { immutable: true },
      ROWS.flatMap(({ faults }) => faults),
    )
    await bench.publish()
    expect((await expectComplete(bench)).immutable).toBe(true)
  })

  it('on a server that computes no digests, by downloading what it kept', async () => {
    bench = await openBench({}, { digests: false }, [{ on: 'upload-asset', is: 'truncated', after: 1 }])
    await bench.publish()
    await expectComplete(bench)
    expect(bench.github.log.some(({ operation }) => operation === 'download-asset')).toBe(true)
  })
})

describe('an upload that nothing moves any more', () => {
  it('is given up after a while and sent again, whatever it left', async () => {
    bench = await openBench({}, {}, [{ on: 'upload-asset', is: 'stall', after: 2 }])
    await bench.publishTo({ ...bench.settings, stall: 1500 })
    await expectComplete(bench)
    expect(bench.lines.join('\n')).toMatch(/: attempt 1 of 6 failed \(stalled\), again in 2 s/)
  })
})

describe('the display', () => {
  it('tells how far each file and the whole are', async () => {
    bench = await openBench()
    await bench.publish()
    expect(bench.updates).toContain('demo-1.5.0.tgz (4.9 KiB): 100 %')
    expect(bench.updates.at(-1)).toMatch(/^upload 8 files, 7\d\d\.\d KiB: \d of 8 files, 100 %/)
  })

  it.each([
    [0, 100, 10, '0 %'],
    [50, 100, 1, '50 %'],
    [50_000_000, 200_000_000, 10, '25 %, 5.0 MB/s, about 30 s left'],
    [10_000_000, 200_000_000, 20, '5 %, 500 kB/s, about 7 min left'],
    [1_000, 200_000_000, 10, '0 %, 100 B/s, about 555.6 h left'],
  ])('tells of %i bytes of %i after %i s: %s', (sent, total, seconds, text) => {
    expect(renderEstimate(sent, total, seconds)).toBe(text)
  })
})

describe('a second run does what the first left', () => {
  it('after a run that GitHub stopped half-way, sending only what is missing', async () => {
    bench = await openBench({}, {}, [{ on: 'upload-asset', is: 'bad-gateway', after: 3, times: 1000 }])
    const failure = await bench.publish().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'PUBLISH_FAILED' })
    const [draft] = bench.github.store.releases
    const kept = draft?.assets.map(({ id }) => id) ?? []
    expect(kept).toHaveLength(3)
    bench.github.schedule([])
    const again = await bench.publish()
    expect(again.sent).toHaveLength(5)
    const release = await expectComplete(bench)
    expect(release.assets.map(({ id }) => id)).toEqual(expect.arrayContaining(kept))
  })

  it('though the listing did not show the draft at first: the second one that it makes is the only one in the end', async () => {
    bench = await openBench()
    await bench.publish('draft')
    bench.github.schedule([{ on: 'list-releases', is: 'lag' }])
    await bench.publish()
    expect(bench.github.unspent()).toEqual([])
    await expectComplete(bench)
  })

  it('also where the first draft is listed only after the release is public', async () => {
    bench = await openBench()
    await bench.publish('draft')
    const [draft] = bench.github.store.releases
    if (draft === undefined) throw new Error('no draft')
    bench.github.store.releases.length = 0
    const { releases } = bench.github.store
    await bench.publish('draft')
    const update = bench.github.store.update.bind(bench.github.store)
    bench.github.store.update = (id, fields) => {
      const changed = update(id, fields)
      if (fields.draft === false) releases.push(draft) // from now on it is listed
      return changed
    }
    await bench.publish('finish')
    await expectComplete(bench)
  })

  it('on a complete release at once, with nothing to do', async () => {
    bench = await openBench()
    await bench.publish()
    const before = bench.github.log.length
    expect(await bench.publish()).toMatchObject({ state: 'public', changed: false, sent: [] })
    const asked = bench.github.log.slice(before).map(({ operation }) => operation)
    expect(asked).toEqual(['repository', 'read-tag', 'list-releases', 'list-assets'])
    await expectComplete(bench)
  })

  it('on an immutable release at once, with nothing to do', async () => {
    bench = await openBench({}, { immutable: true })
    await bench.publish()
    expect(await bench.publish()).toMatchObject({ state: 'public', changed: false })
    await expectComplete(bench)
  })

  it('draft and finish being separate runs, each of which may be repeated', async () => {
    bench = await openBench()
    expect(await bench.publish('draft')).toMatchObject({ state: 'draft', changed: true })
    expect(await bench.publish('draft')).toMatchObject({ state: 'draft', changed: false })
    expect(bench.github.store.releases[0]?.draft).toBe(true)
    expect(await bench.publish('finish')).toMatchObject({ state: 'public', changed: true, sent: [] })
    expect(await bench.publish('finish')).toMatchObject({ state: 'public', changed: false })
    await expectComplete(bench)
  })

  it('with files from a listing of several pages', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 130 }, (_, index) => [`demo-part-${index}.zip`, `part ${index}`]),
    )
    bench = await openBench({ files })
    for (let index = 0; index < 120; index++) {
      bench.github.store.create({ tag_name: `v0.${index}`, draft: false })
    }
    await bench.publish('draft')
    await bench.publish('draft')
    const ours = bench.github.store.releases.filter(({ tag }) => tag === 'v1.5.0')
    expect(ours.map(({ assets }) => assets.length)).toEqual([132])
  })
})
