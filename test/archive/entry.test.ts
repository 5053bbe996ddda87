import { describe, expect, it } from 'vitest'
import { gather, inBlocks, streamOf } from '../../scripts/lib/archive/bytes.ts'
import { measure, measured } from '../../scripts/lib/archive/digest.ts'
import { contentOf, fileEntry, treeEntries, withDirectories } from '../../scripts/lib/archive/entry.ts'
import { rechunked } from '../support/archives.ts'
import { plantTree } from '../support/trees.ts'

describe('treeEntries', () => {
  it('places files and links of a tree with their modes and bytes', async () => {
    const tree = plantTree({ 'a/run': { run: 'x' }, b: 'text', c: { link: 'b' } })
    const [run, file, link] = treeEntries(tree, 'usr/lib/app')
    expect(run).toMatchObject({ kind: 'file', path: 'usr/lib/app/a/run', mode: 0o755, size: 1 })
    expect(link).toEqual({ kind: 'link', path: 'usr/lib/app/c', target: 'b' })
    if (file?.kind !== 'file') throw new Error('b is a file')
    expect(Buffer.from(await gather(contentOf(file))).toString()).toBe('text')
  })
})

describe('withDirectories', () => {
  it('adds each parent once, before its children, sorted by the bytes of the paths', () => {
    const entries = withDirectories(['a/b/c', 'a/b-d', 'a/b/d', 'ﬀ/x', '𝒜/x', 'z'].map((path) => fileEntry(path, '')))
    const paths = entries.map(({ kind, path }) => (kind === 'directory' ? `${path}/` : path))
    expect(paths).toEqual(['a/', 'a/b/', 'a/b-d', 'a/b/c', 'a/b/d', 'z', 'ﬀ/', 'ﬀ/x', '𝒜/', '𝒜/x'])
  })

  it('keeps a directory that is there with its own mode and owner', () => {
    const data = { kind: 'directory', path: 'data', mode: 0o775, uid: 10001, gid: 0 } as const
    expect(withDirectories([fileEntry('data/x', ''), data], 0o700)[0]).toEqual(data)
    expect(withDirectories([fileEntry('other/x', '')], 0o700)[0]).toMatchObject({ path: 'other', mode: 0o700 })
  })
})

describe('inBlocks', () => {
  it('cuts at fixed places however the bytes come', async () => {
    const content = Buffer.from('abcdefghij')
    for (const sizes of [[1], [3, 1], [10], [4, 4, 2]]) {
      const blocks: string[] = []
      for await (const block of inBlocks(rechunked(streamOf(content), sizes), 4, 1)) blocks.push(block.toString())
      expect(blocks).toEqual(['abcd', 'efgh', 'ij'])
    }
  })
})

describe('measured', () => {
  it('counts and hashes what passes', async () => {
    const stream = measured(streamOf(Buffer.from('a'), Buffer.from('bc')), ['md5', 'sha256'])
    expect(() => stream.result().hex('md5')).toThrow('not read to its end')
    expect(Buffer.from(await gather(stream.bytes)).toString()).toBe('abc')
    expect(stream.result().size).toBe(3)
    expect(stream.result().hex('md5')).toBe('900150983cd24fb0d6963f7d28e17f72')
  })

  it('agrees with itself when only measuring', async () => {
    const result = await measure(streamOf(Buffer.from('abc')), ['sha256'])
    expect(result.hex('sha256')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
