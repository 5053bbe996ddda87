import { describe, expect, it } from 'vitest'
import { formatSize, renderTable } from '../../scripts/lib/core/table.ts'

describe('a table', () => {
  it('has columns as wide as their widest cell and no trailing blanks', () => {
    const table = renderTable(
      [{ title: 'file' }, { title: 'size', right: true }, { title: 'note' }],
      [
        ['a.deb', '1 B', ''],
        ['b', '12 MB', 'ok'],
      ],
    )
    expect(table).toBe(['file    size  note', 'a.deb    1 B', 'b      12 MB  ok'].join('\n'))
  })
})

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [99_949, '99.9 kB'],
    [99_951, '100 kB'],
    [999_600, '1.0 MB'],
    [35_400_000, '35.4 MB'],
    [2_000_000_000, '2.0 GB'],
  ])('of %d bytes reads %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text)
  })
})
