import { describe, expect, it } from 'vitest'
import { pypi } from '../../scripts/pypi/index.ts'
import { listArchive } from '../support/archives.ts'
import { sampleFacts } from '../support/facts.ts'
import { filesOf } from '../support/python-archive.ts'
import { type Planted, plantTree } from '../support/trees.ts'
import { digestsOf, elsewhere, memoryWork, shuffledWork, type WorkParts, writtenFile } from '../support/work.ts'

const INFO = 'tray-1.2.0.dist-info'
const WHEEL = 'tray-1.2.0-py3-none-any.whl'
const SDIST = 'tray-1.2.0.tar.gz'
const CONFIG = { name: 'Tray' }

const BACK_END: Readonly<Record<string, Planted>> = {
  'tray/__init__.py': '',
  'tray/größe,1.py': 'x = 1\n',
  [`${INFO}/METADATA`]:
    'Metadata-Version: 2.4\nName: Tray\nVersion: 1.2.0\nRequires-Dist: six==1.17.0; x @ y\n\nA @ b\n',
  [`${INFO}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
}

const SOURCES = 'README.md\ntray/__init__.py\ntray/größe,1.py\ntray.egg-info/SOURCES.txt\n'

const PARTS: WorkParts = {
  facts: sampleFacts({ python: { ...sampleFacts().python, backend: 'own', collect: collecting('tray/collected') } }),
  app: plantTree(BACK_END),
  sdist: plantTree({
    'PKG-INFO': 'Metadata-Version: 2.4\n',
    'setup.sh': { run: '#!/bin/sh\n' },
    'tray/__init__.py': '',
    'tray.egg-info/SOURCES.txt': SOURCES,
  }),
  bundle: plantTree({ 'tray/static/app.js': 'app()\n'.repeat(30) }),
  collected: plantTree({ 'app.1a2b.js': 'app()\n'.repeat(30) }),
}

function collecting(root: string) {
  return { command: ['-m', 'tray', 'collect'], root, environment: {} }
}

const build = async (parts: WorkParts = {}) => {
  const work = memoryWork({ ...PARTS, ...parts })
  await pypi.build(work, CONFIG)
  return work
}

describe("a project's own wheel", () => {
  it('gets the static files at their places, and a RECORD of everything', async () => {
    const wheel = await filesOf(writtenFile(await build(), WHEEL))
    expect(Object.keys(wheel)).toEqual([
      'tray/__init__.py',
      'tray/collected/app.1a2b.js',
      'tray/größe,1.py',
      'tray/static/app.js',
      `${INFO}/METADATA`,
      `${INFO}/WHEEL`,
      `${INFO}/RECORD`,
    ])
    expect(wheel[`${INFO}/METADATA`]).toBe(BACK_END[`${INFO}/METADATA`])
    const rows = Buffer.from(wheel[`${INFO}/RECORD`] ?? '', 'latin1')
      .toString()
      .split('\n')
    expect(rows.map((row) => row.replace(/sha256=[\w-]{43},/, 'HASH,'))).toEqual([
      'tray/__init__.py,HASH,0',
      'tray/collected/app.1a2b.js,HASH,180',
      '"tray/größe,1.py",HASH,6',
      'tray/static/app.js,HASH,180',
      `${INFO}/METADATA,HASH,89`,
      `${INFO}/WHEEL,HASH,59`,
      `${INFO}/RECORD,,`,
      '',
    ])
  })

  it('and sdist carry the static files where the outputs say', () => {
    const facts = memoryWork(PARTS).facts
    expect(pypi.outputs(facts, CONFIG).map(({ name, carries }) => [name, carries])).toEqual([
      [
        SDIST,
        [
          { tree: 'bundle', at: 'tray-1.2.0' },
          { tree: 'collected', at: 'tray-1.2.0/tray/collected' },
        ],
      ],
      [
        WHEEL,
        [
          { tree: 'bundle', at: '' },
          { tree: 'collected', at: 'tray/collected' },
        ],
      ],
    ])
  })

  it('and sdist are the same bytes elsewhere and from shuffled trees', async () => {
    const first = digestsOf(await build())
    const other = shuffledWork(PARTS)
    await elsewhere(() => pypi.build(other, CONFIG))
    expect(digestsOf(other)).toEqual(first)
  })
})

describe('a project with its packages below src', () => {
  const python = {
    ...sampleFacts().python,
    ...{ root: 'src', collect: collecting('src/tray/collected') },
    backend: 'own' as const,
  }
  const facts = sampleFacts({ python })

  it('has its static files below src in the sdist alone, and promises them there', async () => {
    const work = await build({ facts })
    const inside = async (name: string): Promise<string[]> => Object.keys(await filesOf(writtenFile(work, name)))
    const wheel = (await inside(WHEEL)).filter((path) => /static|collected/.test(path))
    expect(wheel).toEqual(['tray/collected/app.1a2b.js', 'tray/static/app.js'])
    const sdist = (await inside(SDIST)).filter((path) => /static|collected/.test(path))
    expect(sdist).toEqual(wheel.map((path) => `tray-1.2.0/src/${path}`))
    expect(pypi.outputs(facts, CONFIG).map(({ carries }) => carries)).toEqual([
      [
        { tree: 'bundle', at: 'tray-1.2.0/src' },
        { tree: 'collected', at: 'tray-1.2.0/src/tray/collected' },
      ],
      [
        { tree: 'bundle', at: '' },
        { tree: 'collected', at: 'tray/collected' },
      ],
    ])
  })
})

describe('shared data of a project', () => {
  const { collect: _, ...python } = { ...sampleFacts().python, backend: 'own' as const }
  const facts = sampleFacts({ python, frontends: [] })
  const bundle = plantTree({ 'share/tray/ui/app.js': 'app()\n' })

  it('is where installers look in the wheel, and at its place in the sdist', async () => {
    const work = memoryWork({ ...PARTS, facts, bundle })
    await pypi.build(work, { ...CONFIG, data: 'share' })
    const at = 'tray-1.2.0.data/data'
    expect(Object.keys(await filesOf(writtenFile(work, WHEEL)))).toContain(`${at}/share/tray/ui/app.js`)
    expect(Object.keys(await filesOf(writtenFile(work, SDIST)))).toContain('tray-1.2.0/share/tray/ui/app.js')
    expect(pypi.outputs(facts, { ...CONFIG, data: 'share' }).map(({ carries }) => carries)).toEqual([
      [{ tree: 'bundle', at: 'tray-1.2.0' }],
      [{ tree: 'bundle', at }],
    ])
  })

  it('is refused where the launcher starts the application', () => {
    const generated = { ...facts, python: { ...python, backend: 'generated' as const } }
    expect(pypi.check(generated, { ...CONFIG, data: 'share' }).map(({ message }) => message)).toEqual([
      'only a back end of the project, and one without python.collect, puts files below the prefix of Python',
    ])
  })
})

describe("a project's own sdist", () => {
  it('gets the static files, keeps modes, and lists them where setuptools looks', async () => {
    const bytes = writtenFile(await build(), SDIST)
    const rows = (await listArchive('tar', bytes)).filter(({ kind }) => kind === 'file')
    expect(rows.map(({ path, mode }) => `${mode.toString(8)} ${path}`)).toEqual([
      '644 tray-1.2.0/PKG-INFO',
      '755 tray-1.2.0/setup.sh',
      '644 tray-1.2.0/tray.egg-info/SOURCES.txt',
      '644 tray-1.2.0/tray/__init__.py',
      '644 tray-1.2.0/tray/collected/app.1a2b.js',
      '644 tray-1.2.0/tray/static/app.js',
    ])
    const listed = (await filesOf(bytes))['tray-1.2.0/tray.egg-info/SOURCES.txt'] ?? ''
    expect(listed.split('\n')).toEqual(expect.arrayContaining(['tray/static/app.js', 'tray/collected/app.1a2b.js', '']))
    expect(listed.split('\n')).toHaveLength(7)
  })

  it('must be there', async () => {
    const { sdist: _sdist, ...parts } = PARTS
    await expect(pypi.build(memoryWork(parts), CONFIG)).rejects.toMatchObject({ code: 'STAGE_MISSING' })
  })
})

describe('what a back end made is refused', () => {
  const made = (changes: Readonly<Record<string, Planted>>): WorkParts => ({
    app: plantTree({ ...BACK_END, ...changes }),
  })
  const renamed = (info: string): WorkParts => ({
    app: plantTree(
      Object.fromEntries(Object.entries(BACK_END).map(([path, text]) => [path.replace(INFO, info), text])),
    ),
  })

  it.each([
    [
      'with another version',
      renamed('tray-1.3.0.dist-info'),
      'VERSION_MISMATCH',
      "the project's back end made tray-1.3.0.dist-info, the plan promises tray-1.2.0.dist-info",
    ],
    [
      'under another name',
      renamed('tablet-1.2.0.dist-info'),
      'CONFIG_INVALID',
      "the project's back end made tablet-1.2.0.dist-info, the plan promises tray-1.2.0.dist-info",
    ],
    [
      'for one system',
      made({ [`${INFO}/WHEEL`]: 'Tag: cp311-cp311-linux_x86_64\n' }),
      'CONFIG_INVALID',
      "the project's back end made no wheel for every Python 3 and system",
    ],
    [
      'with direct references',
      made({
        [`${INFO}/METADATA`]: 'Requires-Dist: a @ https://u:secret@a.example/a.whl\nRequires-Dist: b[x]@ file:b\n\n',
      }),
      'CONFIG_INVALID',
      'the Python index takes no direct reference: a, b',
    ],
    [
      'without the package that the static files belong to',
      { bundle: plantTree({ 'src/tray/static/app.js': '' }) },
      'CONFIG_INVALID',
      'static files lie in src, which is no package of the wheel (it has tray)',
      'Write `root: src` below `python:` in slipway.yaml.',
    ],
    [
      'without any package that the static files belong to',
      { bundle: plantTree({ 'assets/app.js': '' }) },
      'CONFIG_INVALID',
      'static files lie in assets, which is no package of the wheel (it has tray)',
      'Let front ends and collecting leave their files inside a package of the wheel.',
    ],
  ])('%s', async (_name, parts, code, message, hint = expect.any(String)) => {
    await expect(build(parts)).rejects.toMatchObject({ code, message, hint })
  })
})
