import { describe, expect, it } from 'vitest'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { fileEntry } from '../../scripts/lib/archive/entry.ts'
import { wheelZip } from '../../scripts/lib/archive/zip.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { listArchive, seeded, seededBytes, withFile } from '../support/archives.ts'
import { itWith } from '../support/tool.ts'
import { EPOCH, expectedRows, HARD_ENTRIES, randomEntries } from './tree.ts'

const files = (entries = HARD_ENTRIES) => entries.filter((entry) => entry.kind === 'file')
const essential = ({ path, kind, time, mode, size, sha256 }: Record<string, unknown>) => ({
  path,
  kind,
  time,
  mode,
  size,
  sha256,
})

describe('a wheel zip', () => {
  itWith(['python3'], 'gives Python exactly the files that went in, in their order', async () => {
    for (const entries of [files().toReversed(), files(randomEntries(7)), files(randomEntries(8))]) {
      const rows = await listArchive('zip', await gather(wheelZip(entries, EPOCH)))
      const expected = await expectedRows(entries)
      expect(rows.map((row) => essential({ ...row }))).toEqual(expected.map((row) => essential({ ...row })))
    }
  })

  itWith(
    ['python3'],
    'has no extra fields and descriptors, Unix modes, and the UTF-8 flag only where needed',
    async () => {
      const rows = await listArchive('zip', await gather(wheelZip(files(), EPOCH)))
      for (const row of rows) {
        expect(row).toMatchObject({ extra: 0, system: 3 })
        expect(row.flags).toBe(/[^\0-\x7f]/.test(row.path) ? 0x800 : 0)
      }
    },
  )

  itWith(['python3'], 'stores what deflate cannot make smaller', async () => {
    const entries = [fileEntry('noise', seededBytes(seeded(3), 2000)), fileEntry('text', 'a'.repeat(2000))]
    const rows = await listArchive('zip', await gather(wheelZip(entries, EPOCH)))
    expect(rows.map((row) => row.method)).toEqual([0, 8])
  })

  itWith(['python3'], 'dates nothing before 1980', async () => {
    const rows = await listArchive('zip', await gather(wheelZip([fileEntry('a', '')], 0)))
    expect(rows[0]?.time).toBe(Date.UTC(1980, 0, 1) / 1000)
  })

  itWith(['unzip'], 'passes unzip -t', async () => {
    await withFile(await gather(wheelZip(files(), EPOCH)), async (file) => {
      expect(await run(['unzip', '-tq', file])).toContain('No errors detected')
    })
  })

  it('refuses links by name', async () => {
    await expect(gather(wheelZip(HARD_ENTRIES, EPOCH))).rejects.toMatchObject({
      code: 'PATH_REFUSED',
      message: expect.stringContaining('"link-long"'),
    })
  })

  it('refuses what would need zip64', async () => {
    const big = { ...fileEntry('big', ''), size: 2 ** 32 }
    await expect(gather(wheelZip([big], EPOCH))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
    const many = Array.from({ length: 65536 }, (_, n) => fileEntry(`f${n}`, ''))
    await expect(gather(wheelZip(many, EPOCH))).rejects.toThrow('members 65536')
  })
})
