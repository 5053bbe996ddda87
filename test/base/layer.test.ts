import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DebFile, readDeb, readDebHead } from '../../scripts/base/deb-file.ts'
import { assembleLayer, type UnpackedPackage } from '../../scripts/base/layer.ts'
import { assertLinked } from '../../scripts/base/linkage.ts'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { type ArchiveEntry, contentOf, fileEntry } from '../../scripts/lib/archive/entry.ts'
import { resolvePath, type ViewEntry } from '../../scripts/lib/core/base.ts'
import { readElf } from '../../scripts/lib/core/elf.ts'
import { buildDeb } from '../support/debian-mirror.ts'
import { itWith } from '../support/tool.ts'

const link = (path: string, target: string): ArchiveEntry => ({ kind: 'link', path, target })
const folder = (path: string, mode = 0o755): ArchiveEntry => ({ kind: 'directory', path, mode })

function unpacked(name: string, entries: readonly ArchiveEntry[], md5sums = ''): UnpackedPackage {
  const locked = { name, version: '1', arch: 'amd64', sha256: '', size: 0, path: '' }
  const deb: DebFile = { control: `Package: ${name}\nVersion: 1\n`, md5sums, entries, newest: 0 }
  return { locked, deb }
}

const text = async (entries: readonly ArchiveEntry[], path: string): Promise<string> => {
  const found = entries.find((entry) => entry.path === path)
  if (found?.kind !== 'file') throw new Error(`no file ${path}`)
  return Buffer.from(await gather(contentOf(found))).toString()
}

describe('a layer', () => {
  it('puts files where links lead, whatever package brings the link, and never a folder in the place of a link', async () => {
    const late = unpacked('z-base', [link('lib', 'usr/lib'), folder('usr/lib')])
    const early = unpacked('a-tool', [folder('lib'), folder('lib/tool'), fileEntry('lib/tool/data', 'x')])
    const { entries, view } = await assembleLayer([early, late], new Map())
    expect(entries.find(({ path }) => path === 'usr/lib/tool/data')).toBeDefined()
    expect(entries.filter(({ path }) => path.startsWith('lib/'))).toEqual([])
    expect(view.get('lib')).toMatchObject({ kind: 'link' })
  })

  it('has the links of the merged /usr also where no package brings them, as in Debian 12', async () => {
    const libc = [folder('lib'), fileEntry('lib/libc.so.6', 'x'), folder('lib64'), link('lib64/ld.so', '/lib/ld.so')]
    const sums = `${'a'.repeat(32)}  lib/libc.so.6\n`
    const lower = await assembleLayer([unpacked('libc6', libc, sums)], new Map())
    const linked = lower.entries.filter(({ kind, path }) => kind === 'link' && !path.includes('/'))
    expect(linked.map(({ path }) => path)).toEqual(['bin', 'lib', 'lib64', 'sbin'])
    expect(lower.entries.map(({ path }) => path)).toContain('usr/lib/libc.so.6')
    expect(await text(lower.entries, 'var/lib/dpkg/status.d/libc6.md5sums')).toBe(sums)
    const upper = await assembleLayer([unpacked('dash', [fileEntry('bin/sh', 'x', 0o755)])], lower.view)
    const paths = upper.entries.map(({ path }) => path)
    expect(paths).toContain('usr/bin/sh')
    expect(paths).not.toContain('bin')
  })

  it('above another one goes through its links and keeps the modes of its folders', async () => {
    const lower = await assembleLayer(
      [unpacked('base', [link('lib', 'usr/lib'), folder('srv', 0o700), folder('usr/lib')])],
      new Map(),
    )
    const files = [folder('srv'), fileEntry('srv/page', 'x'), fileEntry('lib/late.so', 'x')]
    const upper = await assembleLayer([unpacked('more', files)], lower.view)
    expect(upper.entries.find(({ path }) => path === 'srv')).toMatchObject({ kind: 'directory', mode: 0o700 })
    expect(upper.entries.map(({ path }) => path)).toContain('usr/lib/late.so')
    expect(upper.entries.map(({ path }) => path)).not.toContain('etc/passwd')
    expect(upper.view.has('etc/passwd')).toBe(true)
  })

  it('drops what only people and init systems read, and keeps copyrights and links between documents', async () => {
    const kept = ['usr/share/doc/tool/copyright', 'usr/share/tool/data', 'usr/share/doc/alias']
    const dropped = ['usr/share/doc/tool/README', 'usr/share/man/man1/tool.1', 'etc/init.d/tool', 'usr/share/doc/empty']
    const { entries } = await assembleLayer(
      [
        unpacked('tool', [
          ...['usr/share/doc/tool/copyright', 'usr/share/tool/data', ...dropped.slice(0, 3)].map((path) =>
            fileEntry(path, 'x'),
          ),
          folder('usr/share/doc/empty'),
          link('usr/share/doc/alias', 'tool'),
        ]),
      ],
      new Map(),
    )
    const paths = entries.map(({ path }) => path)
    for (const path of kept) expect(paths).toContain(path)
    for (const path of dropped) expect(paths).not.toContain(path)
  })

  it('keeps for scanners one record per package, with the sums of the files that stayed', async () => {
    const sums = `${'a'.repeat(32)}  usr/share/tool/data\n${'b'.repeat(32)}  usr/share/man/man1/tool.1\n`
    const files = [fileEntry('usr/share/tool/data', 'x'), fileEntry('usr/share/man/man1/tool.1', 'x')]
    const { entries } = await assembleLayer([unpacked('tool', files, sums)], new Map())
    const status = await text(entries, 'var/lib/dpkg/status.d/tool')
    expect(status).toBe('Package: tool\nStatus: install ok installed\nVersion: 1\n')
    expect(await text(entries, 'var/lib/dpkg/status.d/tool.md5sums')).toBe(`${'a'.repeat(32)}  usr/share/tool/data\n`)
  })

  it('has the users, the trusted certificates and the links that OpenSSL looks for', async () => {
    const certificates = [
      fileEntry('usr/share/ca-certificates/mozilla/B.crt', 'second\n\n'),
      fileEntry('usr/share/ca-certificates/mozilla/A.crt', 'first'),
    ]
    const { entries, view } = await assembleLayer([unpacked('ca-certificates', certificates)], new Map())
    expect(await text(entries, 'etc/ssl/certs/ca-certificates.crt')).toBe('first\nsecond\n')
    expect(resolvePath(view, 'usr/lib/ssl/cert.pem', true)).toBe('etc/ssl/certs/ca-certificates.crt')
    expect(await text(entries, 'etc/passwd')).toContain('app:x:10001:0:')
  })

  it('of PostgreSQL has its clients on PATH and nothing for a compiler of queries or extensions', async () => {
    const server = 'usr/lib/postgresql/17'
    const kept = ['bin/psql', 'bin/postgres', 'lib/pg_trgm.so'].map((path) => `${server}/${path}`)
    const dropped = ['lib/llvmjit.so', 'lib/bitcode/postgres/a.bc', 'lib/pgxs/Makefile'].map(
      (path) => `${server}/${path}`,
    )
    const lower = await assembleLayer([unpacked('base', [fileEntry('etc/os-release', 'x')])], new Map())
    const files = [...kept, ...dropped].map((path) => fileEntry(path, 'x', 0o755))
    const { entries, view } = await assembleLayer([unpacked('postgresql-17', files)], lower.view)
    const paths = entries.map(({ path }) => path)
    for (const path of kept) expect(paths).toContain(path)
    for (const path of [...dropped, 'usr/bin/postgres']) expect(paths).not.toContain(path)
    expect(resolvePath(view, 'usr/bin/psql', true)).toBe(`${server}/bin/psql`)
  })

  it('with one path from two packages is refused', async () => {
    const packages = [unpacked('a', [fileEntry('usr/x', '1')]), unpacked('b', [fileEntry('usr/x', '2')])]
    await expect(assembleLayer(packages, new Map())).rejects.toThrow('two packages of the image base bring usr/x')
  })
})

describe('a path in an image', () => {
  const view = new Map<string, ViewEntry>(
    [
      { kind: 'link', path: 'lib', target: 'usr/lib' } as const,
      { kind: 'link', path: 'var/run', target: '/run' } as const,
      { kind: 'link', path: 'usr/lib/here', target: '../share/there' } as const,
      { kind: 'link', path: 'a', target: 'b' } as const,
      { kind: 'link', path: 'b', target: 'a' } as const,
    ].map((entry) => [entry.path, entry]),
  )

  it.each([
    ['lib/x.so', 'usr/lib/x.so'],
    ['var/run/app/pid', 'run/app/pid'],
    ['lib/here/file', 'usr/share/there/file'],
    ['lib', 'lib'],
    ['new/folder/file', 'new/folder/file'],
  ])('%s lies at %s', (path, real) => {
    expect(resolvePath(view, path)).toBe(real)
  })

  it('is refused when its links go in a circle', () => {
    expect(() => resolvePath(view, 'a/x')).toThrow('circle of links')
  })
})

describe('a .deb', () => {
  let scratch = ''
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'slipway-deb-'))
  })
  afterEach(() => rm(scratch, { recursive: true }))

  const kept = async (bytes: Uint8Array): Promise<string> => {
    const path = join(scratch, 'tool.deb')
    await writeFile(path, bytes)
    return path
  }
  const bytes = (entries: readonly ArchiveEntry[]): Promise<Uint8Array> =>
    buildDeb({ name: 'tool', version: '1', entries })
  const file = async (entries: readonly ArchiveEntry[]): Promise<string> => kept(await bytes(entries))

  it('is read with its control file, its newest time, and without setuid bits', async () => {
    const tool: ArchiveEntry = { ...fileEntry('usr/bin/tool', '#!/bin/true\n'), mode: 0o4755 } as ArchiveEntry
    const deb = await readDeb('tool', await file([tool, folder('tmp', 0o1777), link('bin', 'usr/bin')]))
    expect(deb.control).toContain('Package: tool\n')
    expect(deb.newest).toBe(1_700_000_000)
    expect(deb.entries.find(({ path }) => path === 'usr/bin/tool')).toMatchObject({ kind: 'file', mode: 0o755 })
    expect(deb.entries.find(({ path }) => path === 'tmp')).toMatchObject({ kind: 'directory', mode: 0o1777 })
    expect(deb.entries.find(({ path }) => path === 'bin')).toMatchObject({ kind: 'link', target: 'usr/bin' })
  })

  it('keeps its large files on disk, and gives the same bytes from there', async () => {
    const large = fileEntry('usr/lib/large', Buffer.alloc(200_000, 'large'))
    const folder = join(scratch, 'large')
    const deb = await readDeb('tool', await file([large, fileEntry('usr/lib/small', 'small')]), folder)
    expect(await text(deb.entries, 'usr/lib/large')).toBe('large'.repeat(40_000))
    expect(await text(deb.entries, 'usr/lib/small')).toBe('small')
    expect(await readdir(folder)).toHaveLength(1)
  })

  it('that is cut short or none at all is refused', async () => {
    const whole = await bytes([fileEntry('x', 'x')])
    for (const wrong of [whole.subarray(0, 200), Buffer.from('<html>not found</html>')]) {
      await expect(readDeb('tool', await kept(wrong))).rejects.toThrow('is not a package')
      await expect(readDebHead('tool', await kept(wrong))).rejects.toThrow('is not a package')
    }
  })

  it('tells its name and newest time without keeping what is inside', async () => {
    const head = await readDebHead('tool', await file([fileEntry('usr/lib/large', Buffer.alloc(200_000, 'large'))]))
    expect(head.control).toContain('Package: tool\n')
    expect(head.newest).toBe(1_700_000_000)
    expect(await readdir(scratch)).toEqual(['tool.deb'])
  })
})

describe('the check of libraries', () => {
  const shell = (): Buffer => readFileSync('/bin/sh')

  itWith(['sh'], 'reads what a program needs', () => {
    expect(readElf(shell())).toMatchObject({ needed: expect.arrayContaining(['libc.so.6']) })
    expect(readElf(Buffer.from('#!/bin/sh\n'))).toBeUndefined()
  })

  itWith(['sh'], 'refuses an image in which a library is missing, and takes it when it is there', async () => {
    const needs = readElf(shell())
    const arch = needs?.machine === 183 ? 'arm64' : 'amd64'
    const program = fileEntry('usr/bin/sh', shell(), 0o755)
    await expect(assertLinked([program], new Map(), arch)).rejects.toThrow('usr/bin/sh needs libc.so.6')
    const libraries = [...(needs?.needed ?? []).map((name) => `usr/lib/${name}`), (needs?.interpreter ?? '').slice(1)]
    const view = new Map(
      libraries.map((path): [string, ViewEntry] => [path, { kind: 'file', path, mode: 0o755, uid: 0, gid: 0 }]),
    )
    expect(await assertLinked([program], view, arch)).toBe(1)
  })
})
