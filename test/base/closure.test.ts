import { describe, expect, it } from 'vitest'
import { closure } from '../../scripts/base/closure.ts'
import { PackageIndex, splitStanzas } from '../../scripts/base/package-index.ts'
import { parseRelations } from '../../scripts/base/relations.ts'
import { openTextFile } from '../../scripts/lib/io/text-file.ts'

const FIXTURE = `Package: shell
Version: 1.0-1
Architecture: amd64
Depends: libc (>= 2.0), awk, editor | viewer
Recommends: documentation
Description: a shell
 with a long text: Depends: nothing

Package: libc
Version: 1.9-1
Architecture: amd64

Package: libc
Version: 2.1-1
Architecture: amd64
Pre-Depends: base:any

Package: base
Version: 1
Architecture: all

Package: gawk
Version: 5
Architecture: amd64
Priority: optional
Provides: awk
Depends: bignum

Package: bignum
Version: 1
Architecture: amd64

Package: mawk
Version: 1.3
Architecture: amd64
Priority: required
Provides: awk

Package: viewer
Version: 1
Architecture: amd64
Provides: reader (= 3)
Breaks: base (<< 1)

Package: versioned
Version: 1
Architecture: amd64
Depends: reader (>= 2)

Package: unversioned
Version: 1
Architecture: amd64
Depends: awk (>= 1)

Package: clash
Version: 1
Architecture: amd64
Conflicts: base
`

async function* chunked(text: string, size: number): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function indexOf(text: string): Promise<PackageIndex> {
  const index = new PackageIndex(openTextFile())
  for await (const stanza of splitStanzas(chunked(text, 1000))) index.add('debian', stanza)
  return index
}

const names = (found: { readonly packages: readonly { readonly name: string }[] }): string[] =>
  found.packages.map((one) => one.name)

describe('an index of packages', () => {
  it.each([1, 7, 64, 100_000])('gives the same stanzas in chunks of %i bytes', async (size) => {
    const stanzas: string[] = []
    for await (const stanza of splitStanzas(chunked(FIXTURE, size))) stanzas.push(stanza.toString())
    expect(stanzas).toHaveLength(11)
    expect(stanzas.join('\n\n')).toBe(FIXTURE.trim())
  })

  it('keeps the newest version of a name and takes no field out of a description', async () => {
    const index = await indexOf(FIXTURE)
    expect(index.find('libc')?.version).toBe('2.1-1')
    expect(index.find('shell')?.depends.map(([first]) => first?.name)).toEqual(['libc', 'awk', 'editor'])
  })
})

describe('a closure', () => {
  it('takes Pre-Depends and Depends, the best provider, the first alternative that exists, and no Recommends', async () => {
    const found = closure(await indexOf(FIXTURE), ['shell'], new Set())
    expect(names(found)).toEqual(['base', 'libc', 'mawk', 'shell', 'viewer'])
    expect(found.dropped).toEqual([])
  })

  it('leaves out what is excluded and says who wanted it', async () => {
    const found = closure(await indexOf(FIXTURE), ['shell'], new Set(['awk']))
    expect(names(found)).toEqual(['base', 'libc', 'shell', 'viewer'])
    expect(found.dropped).toEqual([{ wants: 'awk', by: 'shell' }])
  })

  it('above another layer holds only what that one lacks', async () => {
    const index = await indexOf(FIXTURE)
    const lower = closure(index, ['libc'], new Set())
    expect(names(closure(index, ['shell'], new Set(['awk']), lower.packages))).toEqual(['shell', 'viewer'])
  })

  it('meets a versioned relation by a versioned Provides only', async () => {
    const index = await indexOf(FIXTURE)
    expect(names(closure(index, ['versioned'], new Set()))).toEqual(['versioned', 'viewer'])
    expect(() => closure(index, ['unversioned'], new Set())).toThrow('no package for awk (wanted by unversioned)')
  })

  it('with packages that conflict, or with a root that nobody has, is refused', async () => {
    const index = await indexOf(FIXTURE)
    expect(() => closure(index, ['libc', 'clash'], new Set())).toThrow('clash does not go with base')
    expect(() => closure(index, ['nothing'], new Set())).toThrow('no package for nothing (wanted by the list of roots)')
  })
})

describe('a relationship field', () => {
  it('is read as groups of alternatives', () => {
    expect(parseRelations('a (>= 1:2~), b:any | c (<< 3) ,d')).toEqual([
      [{ name: 'a', version: { operator: '>=', value: '1:2~' } }],
      [{ name: 'b' }, { name: 'c', version: { operator: '<<', value: '3' } }],
      [{ name: 'd' }],
    ])
  })
})
