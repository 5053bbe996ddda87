import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installTree, isLink, mergeTrees, placeTree, type TreeFile } from '../../scripts/lib/core/tree.ts'
import { writeBeside } from '../../scripts/lib/io/files.ts'
import { loadTree, measureTree, memoryTree, openTree, saveTree } from '../../scripts/lib/io/tree-files.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-trees-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const only = (files: readonly (TreeFile | { path: string; link: string })[]): TreeFile => {
  const file = files.find((entry) => !isLink(entry))
  if (file === undefined || isLink(file)) throw new Error('no file')
  return file
}

describe('a tree on disk', () => {
  it('is listed by path bytes, with two modes, hashes and links', async () => {
    await mkdir(join(dir, 'ä'))
    await writeFile(join(dir, 'b'), 'b', { mode: 0o600 })
    await writeFile(join(dir, 'a-run'), 'a')
    await chmod(join(dir, 'a-run'), 0o711)
    await writeFile(join(dir, 'ä/c'), '')
    await symlink('../b', join(dir, 'ä/link'))
    expect((await measureTree(dir)).files).toEqual([
      { path: 'a-run', mode: 0o755, size: 1, sha256: expect.stringMatching(/^ca978112/) },
      { path: 'b', mode: 0o644, size: 1, sha256: expect.stringMatching(/^3e23e816/) },
      { path: 'ä/c', mode: 0o644, size: 0, sha256: expect.stringMatching(/^e3b0c442/) },
      { path: 'ä/link', link: '../b' },
    ])
  })

  it('says so when a file changed or went after its stage', async () => {
    await saveTree(dir, 'app', memoryTree({ 'x.py': 'one' }))
    const tree = await loadTree(dir, 'app', 'app')
    await writeFile(join(dir, 'app/x.py'), 'two')
    await expect(tree.read(only(tree.files))).rejects.toMatchObject({ code: 'TREE_CHANGED' })
    await rm(join(dir, 'app/x.py'))
    const listing = { schema: 1 as const, files: tree.files }
    await expect(openTree(join(dir, 'app'), listing, 'STATIC_CHANGED').read(only(tree.files))).rejects.toMatchObject({
      code: 'STATIC_CHANGED',
      message: 'x.py is gone',
    })
  })

  it('is saved whole, with the modes of its listing whatever the umask', async () => {
    const before = process.umask(0o077)
    try {
      await saveTree(dir, 'app', memoryTree({ 'bin/run': '#!' }, 0o755))
    } finally {
      process.umask(before)
    }
    expect((await stat(join(dir, 'app/bin/run'))).mode & 0o777).toBe(0o755)
    expect(await readdir(dir)).toEqual(['app', 'app.json'])
  })
})

describe('trees together', () => {
  it('are merged, the later one winning, and read from their owners', async () => {
    const merged = mergeTrees([memoryTree({ a: '1', b: '1' }), placeTree(memoryTree({ b: '2' }), '')])
    const bytes = await Promise.all(merged.files.map((file) => (isLink(file) ? '' : merged.read(file))))
    expect(bytes.map(String)).toEqual(['1', '2'])
  })

  it('are installed with the bundle at its places in the application', async () => {
    const installed = installTree(memoryTree({ 'core/views.py': '' }), {
      bundle: memoryTree({ 'core/static/app.js': 'js' }),
      collected: memoryTree({ 'app.123.js': 'js' }),
      modules: [],
    })
    expect(installed.app.files.map(({ path }) => path)).toEqual(['core/static/app.js', 'core/views.py'])
    expect(installed.static.files.map(({ path }) => path)).toEqual(['app.123.js'])
  })
})

describe('a file that is written', () => {
  it('stays as it was, with nothing beside it, when its bytes break off', async () => {
    const path = join(dir, 'asset')
    await writeBeside(path, 'whole')
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Buffer.from('half')
      throw new Error('the disk of the source is gone')
    }
    await expect(writeBeside(path, broken())).rejects.toThrow('the disk of the source is gone')
    expect(await readFile(path, 'utf8')).toBe('whole')
    expect(await readdir(dir)).toEqual(['asset'])
  })
})
