import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ArMember, ar } from '../../scripts/lib/archive/ar.ts'
import { gather, streamOf } from '../../scripts/lib/archive/bytes.ts'
import { type ArchiveEntry, fileEntry } from '../../scripts/lib/archive/entry.ts'
import { tar } from '../../scripts/lib/archive/tar.ts'
import { pipe, run } from '../../scripts/lib/io/run.ts'
import { withFile } from '../support/archives.ts'
import { itWith } from '../support/tool.ts'
import { EPOCH, HARD_ENTRIES } from './tree.ts'

const member = (name: string, content: Uint8Array | string): ArMember => {
  const bytes = Buffer.from(content)
  return { name, size: bytes.length, open: () => streamOf(bytes) }
}

const xzTar = (entries: readonly ArchiveEntry[]): Promise<Uint8Array> => {
  const bytes = tar(entries, { dialect: 'gnu', epoch: EPOCH, prefix: './', owner: 'root' })
  return gather(pipe(['xz', '-T2', '--block-size=4MiB', '-2'], bytes))
}

const CONTROL = `Package: tiny
Version: 1.0-1
Architecture: all
Maintainer: Somebody <somebody@example.org>
Description: a package that only a test installs
`

async function tinyDeb(): Promise<Uint8Array> {
  const control = member('control.tar.xz', await xzTar([fileEntry('control', CONTROL)]))
  const data = member('data.tar.xz', await xzTar(HARD_ENTRIES))
  return gather(ar([member('debian-binary', '2.0\n'), control, data], EPOCH))
}

describe('ar', () => {
  it('writes the header fields of deb(5) and pads odd members', async () => {
    const bytes = Buffer.from(await gather(ar([member('odd', 'abc'), member('even', 'ab')], EPOCH)))
    expect(bytes.toString('latin1')).toBe(
      '!<arch>\n' +
        'odd             1700000000  0     0     100644  3         `\nabc\n' +
        'even            1700000000  0     0     100644  2         `\nab',
    )
  })

  itWith(['dpkg-deb', 'xz'], 'together with gnu tar and xz makes a package that dpkg-deb opens', async () => {
    await withFile(await tinyDeb(), async (file, folder) => {
      expect(await run(['dpkg-deb', '--field', file, 'Package', 'Version'])).toBe('Package: tiny\nVersion: 1.0-1\n')
      const root = join(folder, 'root')
      await run(['dpkg-deb', '--extract', file, root])
      const found = await run(['find', root, '-mindepth', '1', '-printf', '%P\\n'])
      expect(found.trimEnd().split('\n').toSorted()).toEqual(HARD_ENTRIES.map((entry) => entry.path).toSorted())
    })
  })

  it('refuses a name or a size that has no room', async () => {
    await expect(gather(ar([member('a-name-of-17-byte', '')], 0))).rejects.toThrow('no room for name')
    await expect(gather(ar([member('with/slash', '')], 0))).rejects.toThrow('no room for name')
    const big = { ...member('big', ''), size: 10 ** 10 }
    await expect(gather(ar([big], 0))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
  })

  it('refuses a member that gives other bytes than announced', async () => {
    await expect(gather(ar([{ ...member('a', 'abc'), size: 4 }], 0))).rejects.toMatchObject({ code: 'TREE_CHANGED' })
  })
})
