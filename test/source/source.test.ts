import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { TreeListing } from '../../scripts/lib/core/tree.ts'
import type { Stage } from '../../scripts/lib/io/stage.ts'
import { makeSource } from '../../scripts/source/source.ts'
import { scratch, testStage } from '../support/stage.ts'
import { repository } from './repository.ts'

const listing = (stage: Stage): TreeListing => JSON.parse(readFileSync(join(stage.out, 'source.json'), 'utf8'))
const paths = (stage: Stage): string[] => listing(stage).files.map(({ path }) => path)
const shape = (stage: Stage): unknown[] =>
  listing(stage).files.map((entry) => ('link' in entry ? [entry.path, entry.link] : [entry.path, entry.mode]))
const content = (stage: Stage, path: string): string => readFileSync(join(stage.out, 'source', path), 'utf8')

const files: Partial<Plan> = { checkout: { kind: 'files', project: '' } }

describe('the source stage, from a commit', () => {
  it('takes bytes, index modes and links of the commit and nothing of the working tree', async () => {
    const repo = await repository()
    repo.write('run.sh', 'echo\n', 0o755)
    repo.write('a.txt', 'committed\n')
    repo.link('link', 'a.txt')
    const commit = repo.commit()
    repo.write('a.txt', 'edited since\n', 0o755)
    repo.write('new.txt', 'new\n')
    const { stage } = await testStage({ commit })
    await makeSource(stage, repo.folder)
    expect(shape(stage)).toEqual([
      ['a.txt', 0o644],
      ['link', 'a.txt'],
      ['run.sh', 0o755],
    ])
    expect(content(stage, 'a.txt')).toBe('committed\n')
  })

  it('keeps odd names, empty files, equal files and bytes that are no text', async () => {
    const repo = await repository()
    const names = [' leading', 'new\nline', 'tab\tin', 'ünï/çode 🚢', 'quo"te', 'a/b/c', 'a-b', 'a.b']
    for (const name of names) repo.write(name, 'same')
    repo.write('empty', '')
    writeFileSync(join(repo.folder, 'bytes'), Buffer.from([0, 10, 255, 13, 10]))
    const { stage } = await testStage({ commit: repo.commit() })
    await makeSource(stage, repo.folder)
    const sorted = [...names, 'empty', 'bytes'].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(paths(stage)).toEqual(sorted)
    expect(readFileSync(join(stage.out, 'source', 'bytes'))).toEqual(Buffer.from([0, 10, 255, 13, 10]))
    expect(content(stage, 'new\nline')).toBe('same')
  })

  it('takes a sub-folder alone, with paths relative to it', async () => {
    const repo = await repository()
    repo.write('other/x.txt', 'x')
    repo.write('apps/one/y.txt', 'y')
    const commit = repo.commit()
    const { stage } = await testStage({ commit }, { checkout: { kind: 'git', project: 'apps/one' } })
    await makeSource(stage, join(repo.folder, 'apps/one'))
    expect(paths(stage)).toEqual(['y.txt'])
  })

  it('gives the same listing and modes under another umask, and over the rest of an earlier run', async () => {
    const repo = await repository()
    repo.write('run.sh', 'echo\n', 0o755)
    repo.write('a.txt', 'a\n')
    const commit = repo.commit()
    const first = await testStage({ commit })
    await makeSource(first.stage, repo.folder)
    const second = await testStage({ commit })
    await mkdir(join(second.stage.out, 'source.part', 'stale'), { recursive: true })
    await mkdir(join(second.stage.out, 'source', 'stale'), { recursive: true })
    const before = process.umask(0o077)
    try {
      await makeSource(second.stage, repo.folder)
    } finally {
      process.umask(before)
    }
    expect(listing(second.stage)).toEqual(listing(first.stage))
    expect(statSync(join(second.stage.out, 'source', 'a.txt')).mode & 0o777).toBe(0o644)
    expect(() => statSync(join(second.stage.out, 'source', 'stale'))).toThrow()
  })

  it('refuses submodules, LFS pointers and missing blobs by name, all at once, and leaves no listing', async () => {
    const repo = await repository()
    repo.write('whole.txt', 'whole\n')
    repo.write('big.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')
    repo.write('lost.txt', 'lost\n')
    const inner = repo.commit()
    repo.git('update-index', '--add', '--cacheinfo', `160000,${inner},vendor/inner`)
    repo.git('commit', '-q', '-m', 'submodule')
    const commit = repo.git('rev-parse', 'HEAD')
    const oid = repo.git('rev-parse', 'HEAD:lost.txt')
    rmSync(join(repo.folder, '.git/objects', oid.slice(0, 2), oid.slice(2)))
    const { stage } = await testStage({ commit })
    await expect(makeSource(stage, repo.folder)).rejects.toMatchObject({
      code: 'CHECKOUT_REFUSED',
      message: [
        'the checkout is not whole:',
        '  vendor/inner is a submodule',
        '  lost.txt is tracked, but this clone lacks its bytes',
        '  big.bin is a pointer of Git LFS, not the file',
      ].join('\n'),
    })
    expect(() => listing(stage)).toThrow()
  })

  it('leaves out a missing blob that the configuration excuses, with a notice that names it', async () => {
    const repo = await repository()
    repo.write('docs/video.mp4', 'film\n')
    repo.write('a.txt', 'a\n')
    const commit = repo.commit()
    const oid = repo.git('rev-parse', 'HEAD:docs/video.mp4')
    rmSync(join(repo.folder, '.git/objects', oid.slice(0, 2), oid.slice(2)))
    const { stage, notices } = await testStage({ commit, missing: ['docs/**'] })
    await makeSource(stage, repo.folder)
    expect(paths(stage)).toEqual(['a.txt'])
    expect(notices).toEqual(['left out, this clone lacks them: docs/video.mp4'])
  })
})

describe('the source stage, from the working tree', () => {
  it('takes tracked and untracked files, not ignored or deleted ones, with the index mode', async () => {
    const repo = await repository()
    repo.write('.gitignore', '*.log\n')
    repo.write('a.txt', 'a\n')
    repo.write('gone.txt', 'gone\n')
    const commit = repo.commit()
    repo.write('a.txt', 'edited\n', 0o755)
    repo.write('new name.txt', 'new\n')
    repo.write('run.log', 'log\n')
    rmSync(join(repo.folder, 'gone.txt'))
    const { stage } = await testStage({ commit }, files)
    await makeSource(stage, repo.folder)
    expect(shape(stage)).toEqual([
      ['.gitignore', 0o644],
      ['a.txt', 0o644],
      ['new name.txt', 0o644],
    ])
    expect(content(stage, 'a.txt')).toBe('edited\n')
  })

  it('takes all files of a folder without git, but not what running tools left there', async () => {
    const folder = await scratch()
    for (const dir of ['pkg/__pycache__', 'node_modules/x', 'dist']) await mkdir(join(folder, dir), { recursive: true })
    for (const path of ['PKG-INFO', 'pkg/a.py', 'pkg/__pycache__/a.pyc', 'node_modules/x/i.js', 'dist/out.txt']) {
      writeFileSync(join(folder, path), path)
    }
    const { stage } = await testStage({ commit: '' }, files)
    await makeSource({ ...stage, out: join(folder, 'dist') }, folder)
    expect(paths({ ...stage, out: join(folder, 'dist') })).toEqual(['PKG-INFO', 'pkg/a.py'])
  })
})
