import { describe, expect, it } from 'vitest'
import { type ArchiveEntry, fileEntry } from '../../scripts/lib/archive/entry.ts'
import { linksAsCopies } from '../../scripts/lib/archive/links.ts'

const link = (path: string, target: string): ArchiveEntry => ({ kind: 'link', path, target })
const paths = (...entries: ArchiveEntry[]): string[] =>
  linksAsCopies(entries).map(({ path, size }) => `${path} ${size}`)

describe('linksAsCopies', () => {
  it('copies files, folders, and what lies behind several links', () => {
    expect(
      paths(
        fileEntry('größe/b', '12'),
        fileEntry('größe/sub/c', '123'),
        link('file', 'größe/b'),
        link('chain', './file'),
        link('x/folder', '../größe'),
        link('through', 'x/folder/sub/c'),
        link('größe/sub/up', '../b'),
      ),
    ).toEqual([
      'größe/b 2',
      'größe/sub/c 3',
      'file 2',
      'chain 2',
      'x/folder/b 2',
      'x/folder/sub/c 3',
      'x/folder/sub/up 2',
      'through 3',
      'größe/sub/up 2',
    ])
  })

  it('keeps modes and bytes', async () => {
    const [, copy] = linksAsCopies([fileEntry('a', 'bytes', 0o755), link('b', 'a')])
    expect(copy).toMatchObject({ path: 'b', mode: 0o755 })
    expect(Buffer.from((await copy?.read()) as Uint8Array).toString()).toBe('bytes')
  })

  it.each([
    ['nothing', [link('a', 'b')]],
    ['an absolute path', [fileEntry('b', ''), link('a', '/b')]],
    ['above', [fileEntry('b', ''), link('a', '../b')]],
    ['itself', [link('a', 'a')]],
    ['a circle', [link('a', 'b'), link('b', 'a')]],
    ['the folder it lies in', [link('d/a', '../d')]],
  ])('refuses a link to %s by name', (_, entries) => {
    expect(() => linksAsCopies(entries)).toThrow('could be copied')
  })

  it('names all such links at once', () => {
    expect(() => linksAsCopies([link('a', 'x'), link('b', 'y')])).toThrow('a -> x, b -> y')
  })
})
