import { describe, expect, it } from 'vitest'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { fileEntry } from '../../scripts/lib/archive/entry.ts'
import { type Dialect, tar } from '../../scripts/lib/archive/tar.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { listArchive, type Row, withFile } from '../support/archives.ts'
import { itWith } from '../support/tool.ts'
import { EPOCH, expectedRows, HARD_ENTRIES, randomEntries } from './tree.ts'

const DIALECTS: readonly Dialect[] = ['gnu', 'pax', 'ustar']

const pack = (dialect: Dialect, entries = HARD_ENTRIES): Promise<Uint8Array> =>
  gather(tar(entries, { dialect, epoch: EPOCH, owner: 'root' }))

const essence = ({ path, kind, time, mode, target, size, sha256 }: Row): Partial<Row> => ({
  path,
  kind,
  time,
  mode,
  ...(target === undefined ? {} : { target }),
  size,
  sha256,
})

describe.each(DIALECTS)('a tar in the %s dialect', (dialect) => {
  itWith(['python3'], 'gives Python exactly the entries that went in', async () => {
    const rows = await listArchive('tar', await pack(dialect))
    expect(rows.map(essence)).toEqual(await expectedRows(HARD_ENTRIES))
    expect(rows.every((row) => row.uid === 0 && row.gid === 0 && row.owner === 'root:root')).toBe(true)
  })

  itWith(['python3'], 'keeps random trees', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const entries = randomEntries(seed)
      const rows = await listArchive('tar', await pack(dialect, entries))
      expect(rows.map(essence)).toEqual(await expectedRows(entries))
    }
  })

  itWith(['tar'], 'is listed by GNU tar without a warning', async () => {
    await withFile(await pack(dialect), async (file) => {
      const names = await run(['tar', '--quoting-style=literal', '-tf', file])
      const expected = HARD_ENTRIES.map((entry) => (entry.kind === 'directory' ? `${entry.path}/` : entry.path))
      expect(names.trimEnd().split('\n')).toEqual(expected)
    })
  })

  it('ends in zero blocks, at a multiple of the padding asked for', async () => {
    const wide = await pack(dialect)
    const narrow = await gather(tar(HARD_ENTRIES, { dialect, epoch: EPOCH, owner: 'root', padding: 512 }))
    expect(wide.length % 10240).toBe(0)
    expect(narrow.length % 512).toBe(0)
    expect(wide.length - narrow.length).toBeLessThan(10240)
    expect(Buffer.from(narrow.subarray(-1024)).equals(Buffer.alloc(1024))).toBe(true)
  })
})

describe('a tar', () => {
  itWith(['python3'], 'has pax records in the sdist dialect for paths only, and none in that of dpkg', async () => {
    const keys = async (dialect: Dialect): Promise<string[]> => {
      const rows = await listArchive('tar', await pack(dialect))
      return [...new Set(rows.flatMap((row) => row.pax ?? []))].toSorted()
    }
    expect(await keys('pax')).toEqual(['linkpath', 'path'])
    expect(await keys('ustar')).toEqual(['linkpath', 'path'])
    expect(await keys('gnu')).toEqual([])
  })

  it('divides a long name in the ustar dialect before it takes a pax record', async () => {
    const entries = [fileEntry(`${'d'.repeat(90)}/${'f'.repeat(100)}`, '')]
    expect(Buffer.from(await pack('ustar', entries)).includes('PaxHeader')).toBe(false)
    expect(Buffer.from(await pack('pax', entries)).includes('PaxHeader')).toBe(true)
  })

  it('begins with the root itself when paths start with ./', async () => {
    const options = { dialect: 'gnu', epoch: EPOCH, owner: 'root', prefix: './' } as const
    const bytes = Buffer.from(await gather(tar([fileEntry('a', '')], options)))
    expect(bytes.subarray(0, 3).toString('latin1')).toBe('./\0')
    expect(bytes.subarray(512, 516).toString('latin1')).toBe('./a\0')
  })
})

describe('a tar refuses', () => {
  const options = { dialect: 'ustar', epoch: EPOCH, owner: '' } as const

  it('a file of 8 GiB, whose size has no room in the field', async () => {
    const entry = { ...fileEntry('big', ''), size: 8 * 2 ** 30 }
    await expect(gather(tar([entry], options))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
  })

  it.each([
    ['uid', { uid: 0o7777777 + 1 }],
    ['gid', { gid: -1 }],
    ['mode', { mode: 0.5 }],
  ])('a %s that has no room in its field', async (field, change) => {
    const packing = gather(tar([{ ...fileEntry('a', ''), ...change }], options))
    await expect(packing).rejects.toThrow(`no room for ${field}`)
  })

  it.each([
    ['fewer', 'ab'],
    ['more', 'abcd'],
  ])('a file that gives %s bytes than it says', async (relation, content) => {
    const entry = { ...fileEntry('a', content), size: 3 }
    await expect(gather(tar([entry], options))).rejects.toThrow(relation)
  })

  it('names that leave the archive, before a byte is written', async () => {
    const stream = tar([fileEntry('ok', ''), fileEntry('../up', '')], options)
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'PATH_REFUSED' })
  })
})
