import { describe, expect, it } from 'vitest'
import { type ArchiveEntry, assertPaths, fileEntry } from '../../scripts/lib/archive/entry.ts'
import { assertNames } from '../../scripts/lib/archive/paths.ts'
import { ReleaseError } from '../../scripts/lib/core/error.ts'

const files = (...paths: readonly string[]): ArchiveEntry[] => paths.map((path) => fileEntry(path, ''))

function messageOf(check: () => void): string {
  try {
    check()
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'PATH_REFUSED') return error.message
    throw error
  }
  return ''
}

const REFUSED: readonly (readonly [what: string, entries: ArchiveEntry[], said: string])[] = [
  ['an empty path', files(''), '"" is empty'],
  ['an absolute path', files('/etc/passwd'), '"/etc/passwd" is absolute'],
  ['a path that goes up', files('a/../../b'), '"a/../../b" has `.`, `..` or nothing between slashes'],
  ['a path that stays', files('./a'), '"./a" has `.`, `..` or nothing between slashes'],
  ['two slashes', files('a//b'), '"a//b" has `.`, `..` or nothing between slashes'],
  ['a slash at the end', files('a/'), '"a/" has `.`, `..` or nothing between slashes'],
  ['a newline', files('a\nb'), String.raw`"a\nb" has a control character`],
  ['a NUL', files('a\0b'), String.raw`"a\u0000b" has a control character`],
  ['half a surrogate pair', files('a\ud800'), String.raw`"a\ud800" is not well-formed Unicode`],
  ['a name twice', files('a', 'b', 'a'), '"a" is there twice'],
  ['an entry below a file', files('a', 'a/b/c'), '"a/b/c" lies below "a", which is no directory'],
]

const UNPORTABLE: typeof REFUSED = [
  ['names that differ in case', files('Read.me', 'read.me'), '"read.me" differs from "Read.me" only in case'],
  ['folders that differ in case', files('Docs/a', 'docs/b'), '"docs" differs from "Docs" only in case'],
  ['names that differ in form', files('\u00e9', 'e\u0301'), 'only in case or Unicode form'],
  ['a backslash', files('a\\b'), String.raw`"a\\b" has a backslash`],
]

describe('assertPaths', () => {
  it.each([...REFUSED, ...UNPORTABLE])('refuses %s', (_, entries, said) => {
    expect(messageOf(() => assertPaths(entries))).toContain(said)
  })

  it('names all offenders at once', () => {
    const message = messageOf(() => assertPaths(files('/a', '../b', 'c', 'C', 'd', 'd')))
    for (const said of ['"/a" is absolute', '"../b" has', '"C" differs', '"d" is there twice']) {
      expect(message).toContain(said)
    }
  })

  it('takes what is odd but harmless', () => {
    const odd = files('a b', '-x', '.hidden/..x', 'größe/日本', `${'n'.repeat(300)}`, "it's", 'x~', '%41', 'a:b')
    expect(messageOf(() => assertPaths(odd))).toBe('')
  })
})

describe('assertNames', () => {
  it.each(REFUSED)('refuses %s', (_, entries, said) => {
    expect(messageOf(() => assertNames(entries))).toContain(said)
  })

  it.each(UNPORTABLE)('takes %s, as an image base needs it', (_, entries) => {
    expect(messageOf(() => assertNames(entries))).toBe('')
  })
})
