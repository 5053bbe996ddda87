import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { BuiltOutput } from '../../scripts/lib/core/artifact.ts'
import type { Facts } from '../../scripts/lib/core/facts.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { readArtifact } from '../../scripts/prove/read-artifact.ts'
import { pypi } from '../../scripts/pypi/index.ts'
import { listArchive, type Row, withFile } from '../support/archives.ts'
import { bundledModule, prereleaseFacts, sampleFacts } from '../support/facts.ts'
import { filesOf } from '../support/python-archive.ts'
import { itWith } from '../support/tool.ts'
import { plantTree, SATCHEL_APP, SATCHEL_SOURCE } from '../support/trees.ts'
import { digestsOf, elsewhere, memoryWork, shuffledWork, type WorkParts, writtenFile } from '../support/work.ts'
import { renderRows, withFolder } from './unpack.ts'

const GOLDEN = join(import.meta.dirname, '../golden/pypi')
const WHEEL = 'satchel_release-1.2.0-py3-none-any.whl'
const SDIST = 'satchel_release-1.2.0.tar.gz'
const INFO = 'satchel_release-1.2.0.dist-info'
const CONFIG = {
  name: 'satchel-release',
  readme: 'README.md',
  classifiers: ['Framework :: Django :: 5.2'],
  urls: { Changelog: 'https://satchel.example/changes' },
}

const build = async (parts: WorkParts = {}, config: object = CONFIG) => {
  const work = memoryWork(parts)
  await pypi.build(work, config)
  return work
}

const withApp = (app: Partial<Facts['app']>): Facts => {
  const facts = sampleFacts()
  return { ...facts, app: { ...facts.app, ...app } }
}

describe('a generated wheel', () => {
  let wheel: Uint8Array
  let rows: readonly Row[]
  let files: Readonly<Record<string, string>>

  beforeAll(async () => {
    wheel = writtenFile(await build(), WHEEL)
    rows = await listArchive('zip', wheel)
    files = await filesOf(wheel)
  })

  // The launcher has tests of its own; its files would tie these golden files to them.
  const launcher = /slipway_launcher\/|launcher\.json$/

  it('lists what its golden file does', async () => {
    const known = rows.filter(({ path }) => !launcher.test(path) && !path.endsWith('RECORD'))
    await expect(renderRows(known)).toMatchFileSnapshot(join(GOLDEN, 'wheel.listing'))
  })

  it.each(['METADATA', 'WHEEL', 'entry_points.txt'])('writes %s as its golden file has it', async (name) => {
    const text = Buffer.from(files[`${INFO}/${name}`] ?? '', 'latin1').toString()
    await expect(text).toMatchFileSnapshot(join(GOLDEN, name))
  })

  it('writes RECORD as its golden file has it', async () => {
    const lines = Buffer.from(files[`${INFO}/RECORD`] ?? '', 'latin1')
      .toString()
      .split('\n')
    await expect(lines.filter((line) => !launcher.test(line.split(',')[0] ?? '')).join('\n')).toMatchFileSnapshot(
      join(GOLDEN, 'RECORD'),
    )
  })

  it('keeps to what the index asks of its zip: files alone, sizes in front, nothing extra, RECORD last', () => {
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(['file']))
    expect(new Set(rows.map(({ flags }) => flags))).toEqual(new Set([0, 0x800]))
    expect(rows.every(({ extra, system, time }) => extra === 0 && system === 3 && time === 1_700_000_000)).toBe(true)
    expect(rows.filter(({ flags }) => flags === 0x800).map(({ path }) => path)).toEqual([
      'satchel_release/app/core/größe.py',
    ])
    expect(rows.at(-1)?.path).toBe(`${INFO}/RECORD`)
    expect(wheel.subarray(-22, -18)).toEqual(Buffer.from('PK\x05\x06')) // no comment behind
  })

  it('is understood by the readers of installed packages', async () => {
    const script = `
import json, pathlib, sys
from importlib.metadata import Distribution
one = Distribution.at(pathlib.Path(sys.argv[1]))
assert not one.metadata.defects
command = [(entry.name, entry.value) for entry in one.entry_points]
print(json.dumps([one.name, one.version, one.metadata['Requires-Python'], one.requires, command]))`
    const texts = ['METADATA', 'entry_points.txt'].map((name) => [`${INFO}/${name}`, files[`${INFO}/${name}`] ?? ''])
    const said = await withFolder(Object.fromEntries(texts), (folder) =>
      run(['python3', '-c', script, join(folder, INFO)]),
    )
    const command = [['satchel', 'satchel_release:main']]
    expect(JSON.parse(said)).toEqual(['satchel-release', '1.2.0', '>=3.11', ['django==5.2.8'], command])
  })

  it('puts copies in place of links, to files and to folders', async () => {
    const app = plantTree({ 'a/x.py': 'x = 1\n', b: { link: 'a' }, 'c.py': { link: 'b/x.py' } })
    const linked = await filesOf(writtenFile(await build({ app }), WHEEL))
    const inside = Object.entries(linked).filter(([path]) => /app\/(a|b|c)/.test(path) && path.endsWith('x.py'))
    expect(inside.map(([path]) => path)).toEqual(['satchel_release/app/a/x.py', 'satchel_release/app/b/x.py'])
    expect(linked['satchel_release/app/c.py']).toBe('x = 1\n')
  })

  it('finds licence texts by globs and keeps their paths, in the wheel and at the root of the sdist', async () => {
    const source = plantTree({ LICENSE: 'a\n', 'licenses/MIT.txt': 'b\n', 'requirements.txt': '', 'README.md': '#\n' })
    const module = bundledModule()
    const facts = withApp({ licenseFiles: ['LICENSE', 'licenses/**'] })
    const work = await build({ source, facts, modules: [module] })
    const paths = Object.keys(await filesOf(writtenFile(work, WHEEL))).filter((path) => path.includes('/licenses/'))
    const texts = ['JAVASCRIPT-LICENSES.txt', 'LICENSE', 'licenses/MIT.txt'].map((path) => `${INFO}/licenses/${path}`)
    expect(paths).toEqual(texts)
    const sdist = await filesOf(writtenFile(work, SDIST))
    expect(sdist['satchel_release-1.2.0/licenses/MIT.txt']).toBe('b\n')
    expect(sdist['satchel_release-1.2.0/JAVASCRIPT-LICENSES.txt']).toContain('\nsvelte 4.0.0; MIT\n')
    expect(sdist['satchel_release-1.2.0/PKG-INFO']).toContain('License-File: LICENSE\nLicense-File: licenses/MIT.txt\n')
  })

  it('spells a pre-release as the index does', async () => {
    expect([...(await build({ facts: prereleaseFacts() })).written.keys()].sort()).toEqual([
      'satchel_release-1.2.0rc1-py3-none-any.whl',
      'satchel_release-1.2.0rc1.tar.gz',
    ])
  })

  it('names its package by an identifier, and quotes a person whose name has a dot', async () => {
    const app = { name: '2f.auth-x', maintainer: { name: 'Auth B.V.', email: 'a@auth.example' } }
    const odd = await filesOf(writtenFile(await build({ facts: withApp(app) }), WHEEL))
    expect(odd[`${INFO}/entry_points.txt`]).toBe('[console_scripts]\n2f.auth-x = _2f_auth_x_release:main\n')
    expect(odd[`${INFO}/METADATA`]).toContain('Author-email: "Auth B.V." <a@auth.example>\n')
  })

  it('shows the description without a readme, and refuses a readme that is not there', async () => {
    const plain = await filesOf(writtenFile(await build({}, { name: 'satchel-release' }), WHEEL))
    expect(plain[`${INFO}/METADATA`]).toContain("\n\nSatchel keeps a team's files and notes")
    await expect(build({}, { ...CONFIG, readme: 'READ.md' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'pypi.readme: READ.md is no file of the project',
    })
  })
})

describe('a generated sdist', () => {
  it('needs no compressor for it: another zlib would give other bytes', async () => {
    const work = await build()
    const script = `
import sys, zlib
sys.path.insert(0, 'backend')
import slipway_backend
def refuse(*words): raise SystemExit('compressed')
zlib.compressobj = refuse
slipway_backend.build_wheel('..')`
    await withFolder({ [SDIST]: writtenFile(work, SDIST) }, async (folder) => {
      await run(['tar', '-xzf', SDIST], { cwd: folder })
      await run(['python3', '-c', script], { cwd: join(folder, 'satchel_release-1.2.0') })
      expect(await readFile(join(folder, WHEEL))).toEqual(Buffer.from(writtenFile(work, WHEEL)))
    })
  })

  it('lists what its golden file does, below one directory, owned by root', async () => {
    const rows = await listArchive('tar', writtenFile(await build(), SDIST))
    const known = rows.filter(
      ({ path }) => !/slipway_launcher|launcher\.json|streams\.bin|release\.json|backend\.py/.test(path),
    )
    await expect(renderRows(known)).toMatchFileSnapshot(join(GOLDEN, 'sdist.listing'))
    expect(new Set(rows.map(({ uid, gid, owner }) => `${uid}:${gid} ${owner}`))).toEqual(new Set(['0:0 :']))
  })

  it('makes itself again, so that `python -m build` works in it', async () => {
    const work = await build()
    await withFolder({ [SDIST]: writtenFile(work, SDIST) }, async (folder) => {
      await run(['tar', '-xzf', SDIST], { cwd: folder })
      const call =
        "import sys; sys.path.insert(0, 'backend'); import slipway_backend; slipway_backend.build_sdist('..')"
      await run(['python3', '-c', call], { cwd: join(folder, 'satchel_release-1.2.0') })
      const again = await filesOf(await readFile(join(folder, SDIST)))
      expect(again).toEqual(await filesOf(writtenFile(work, SDIST)))
    })
  })
})

describe('both archives of a generated project', () => {
  it('are the same bytes elsewhere and from shuffled trees', async () => {
    const first = digestsOf(await build())
    const other = shuffledWork()
    await elsewhere(() => pypi.build(other, CONFIG))
    expect(digestsOf(other)).toEqual(first)
  })

  it('carry the static files where the outputs say, to the readers of the proof', async () => {
    const work = await build()
    for (const output of pypi.outputs(work.facts, CONFIG)) {
      if (output.kind !== 'file' || typeof output.carries === 'string') throw new Error('files that carry')
      const bytes = writtenFile(work, output.name)
      const measured: BuiltOutput = { ...output, size: bytes.length, sha256: '' }
      const views = await withFile(bytes, (file) => readArtifact(measured, file), output.name)
      const members = views.get('')
      for (const { tree, at } of output.carries) {
        for (const entry of work.static[tree].files) {
          if ('link' in entry) continue
          expect(members?.get(`${at}/${entry.path}`), `${output.name} ${entry.path}`).toMatchObject({
            sha256: entry.sha256,
          })
        }
      }
    }
  })

  itWith(['unzip'], 'leave nothing for unzip to complain about', async () => {
    const said = await withFile(writtenFile(await build({ app: SATCHEL_APP, source: SATCHEL_SOURCE }), WHEEL), (file) =>
      run(['unzip', '-tq', file]),
    )
    expect(said).toContain('No errors detected')
  })
})

describe('what is refused before anything is built', () => {
  const messages = (config: object): readonly string[] =>
    pypi.check(sampleFacts(), { name: 'a', ...config }).map(({ path, message }) => `${path.join('.')}: ${message}`)

  it.each([
    [
      { classifiers: ['License :: OSI Approved :: MIT License'] },
      'classifiers.0: License :: OSI Approved :: MIT License stands beside the licence expression, which the Python index refuses (PEP 639)',
    ],
    [{ classifiers: ['Framework :: Django', 'Django'] }, 'classifiers.1: "Django" is no trove classifier'],
    [{ readme: 'README.adoc' }, 'readme: the Python index does not show README.adoc'],
    [{ urls: { 'News, and more': 'https://a.example' } }, 'urls.News, and more: News, and more is no label of a link'],
    [{ data: 'share' }, 'data: built files lie outside share: core/static/core/build/**'],
    [{ urls: { News: 'a.example' } }, 'urls.News: a.example is no web address'],
  ])('%j', (config, message) => {
    expect(messages(config)).toEqual([message])
  })

  it('nothing of a complete section', () => {
    expect(messages(CONFIG)).toEqual([])
  })
})
