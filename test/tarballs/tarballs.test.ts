import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isLink, type Tree } from '../../scripts/lib/core/tree.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { tarballs } from '../../scripts/tarballs/index.ts'
import { renderInstall } from '../../scripts/tarballs/texts.ts'
import { type Row, withFile } from '../support/archives.ts'
import { bundledModule, prereleaseFacts, sampleFacts } from '../support/facts.ts'
import { itWith } from '../support/tool.ts'
import { plantTree, SATCHEL_BUNDLE, SATCHEL_COLLECTED, SATCHEL_SOURCE } from '../support/trees.ts'
import { digestsOf, elsewhere, memoryWork, shuffledWork, writtenFile } from '../support/work.ts'
import { built, listed, outputNames } from './support.ts'

const EPOCH = sampleFacts().epoch
const ALL = [
  'satchel-1.2.0-source.tar.gz',
  'satchel-1.2.0-source-with-static.tar.gz',
  'satchel-1.2.0-static.tar.gz',
  'satchel-1.2.0-static.zip',
]

const hashes = (tree: Tree, at: string): Map<string, string> =>
  new Map(tree.files.map((entry) => [`${at}/${entry.path}`, isLink(entry) ? `-> ${entry.link}` : entry.sha256]))

const hashesOf = (rows: Iterable<Row>): Map<string, string> =>
  new Map(
    [...rows]
      .filter(({ kind }) => kind !== 'directory')
      .map((row) => [row.path, row.kind === 'link' ? `-> ${row.target}` : row.sha256]),
  )

describe('INSTALL', () => {
  it.each<[string[], string[]]>([
    [['requirements.txt', 'more.txt'], ['python3 -m pip install -r requirements.txt -r more.txt']],
    [
      ['app/uv.lock'],
      [
        'uv export --frozen --no-default-groups --no-emit-project --extra x --group web --directory app | uv pip install -r -',
      ],
    ],
    [['poetry.lock'], ['poetry install --no-root --only main,web --extras x']],
    [
      ['pylock.toml', 'pyproject.toml'],
      ['uv pip install -r pylock.toml', 'uv pip install -r pyproject.toml --extra x --group pyproject.toml:web'],
    ],
  ])('says how to install what %j names', (requirements, commands) => {
    const python = { ...sampleFacts().python, requirements, extras: ['x'], groups: ['web'] }
    const said = renderInstall(sampleFacts({ python })).match(/(?<=Install what it needs: {2}).*/g)
    expect(said).toEqual(commands)
  })
})

describe('the source archives promise', () => {
  it('four files, whatever is not safe in a name replaced', () => {
    expect(outputNames(sampleFacts())).toEqual(ALL)
    expect(outputNames(prereleaseFacts())[0]).toBe('satchel-1.2.0-rc.1-source.tar.gz')
    const refused = { refused: 'no spelling' }
    const dated = { ...sampleFacts().version, plain: '2026~11 b+5', semver: refused, pep440: refused }
    expect(outputNames(sampleFacts({ version: dated }))[0]).toBe('satchel-2026.11.b.5-source.tar.gz')
    const pep440 = { ...dated, pep440: { value: '1.2.0.post1' } }
    expect(outputNames(sampleFacts({ version: pep440 }))[0]).toBe('satchel-1.2.0.post1-source.tar.gz')
  })

  it('no static files where the application has none, and no zip where nobody wants it', () => {
    const { collect: _, ...python } = sampleFacts().python
    expect(outputNames(sampleFacts({ frontends: [], python }))).toEqual([ALL[0]])
    expect(outputNames(sampleFacts(), { zip: false })).toEqual(ALL.slice(0, 3))
  })

  it('where each static tree lies inside', () => {
    const { collect: _, ...python } = sampleFacts().python
    const carries = (facts = sampleFacts()) => tarballs.outputs(facts, {}).map((output) => output.carries)
    expect(carries()).toEqual([
      'none',
      [
        { tree: 'bundle', at: 'satchel-1.2.0' },
        { tree: 'collected', at: 'satchel-1.2.0/static' },
      ],
      ...[0, 1].map(() => [
        { tree: 'bundle', at: 'satchel-1.2.0-static/bundle' },
        { tree: 'collected', at: 'satchel-1.2.0-static/collected' },
      ]),
    ])
    expect(carries(sampleFacts({ python }))[3]).toEqual([{ tree: 'bundle', at: 'satchel-1.2.0-static/bundle' }])
  })
})

describe('the source archives', () => {
  itWith(['python3'], 'are written as promised, with one top directory, root as owner and one time', async () => {
    const work = await built({ promised: ALL })
    expect([...work.written.keys()]).toEqual(ALL)
    for (const name of ALL) {
      const rows = [...(await listed(work, name)).values()]
      expect(new Set(rows.map(({ path }) => path.split('/')[0])).size).toBe(1)
      expect(new Set(rows.map(({ time }) => time))).toEqual(new Set([EPOCH]))
      expect(rows.every(({ kind, mode }) => kind === 'link' || mode === 0o644 || mode === 0o755)).toBe(true)
      if (name.endsWith('.zip')) continue
      expect(new Set(rows.map(({ owner, uid, gid }) => `${owner} ${uid}:${gid}`))).toEqual(new Set(['root:root 0:0']))
      expect(rows[0]?.kind).toBe('directory')
    }
  })

  itWith(['python3', 'git'], 'hold in the pristine one what git archive gives', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-source-'))
    try {
      const git = (...words: string[]) =>
        run(['git', '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
          cwd: folder,
          env: { GIT_CONFIG_GLOBAL: '/dev/null' },
        })
      await git('init', '--quiet')
      for (const entry of SATCHEL_SOURCE.files) {
        const path = join(folder, entry.path)
        await mkdir(dirname(path), { recursive: true })
        if (isLink(entry)) await symlink(entry.link, path)
        else await writeFile(path, await SATCHEL_SOURCE.read(entry), { mode: entry.mode })
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--message', 'all')
      await git('-c', 'tar.umask=022', 'archive', '--prefix=satchel-1.2.0/', '--output=all.tar', 'HEAD')
      const theirs = JSON.parse(
        await run(['python3', join(import.meta.dirname, '../support/list-archive.py'), 'tar', join(folder, 'all.tar')]),
      ) as Row[]
      const ours = await listed(await built(), ALL[0]!)
      const essence = (rows: Iterable<Row>): string[] =>
        [...rows].map((row) => [row.kind, row.path, row.mode, row.target, row.sha256].join(' ')).toSorted()
      const linkMode = (row: Row): Row => (row.kind === 'link' ? { ...row, mode: 0o777 } : row)
      expect(essence(ours.values())).toEqual(essence(theirs.map(linkMode)))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  itWith(['python3'], 'add to the source exactly the static files, compiled messages and two texts', async () => {
    const work = await built()
    const pristine = hashesOf((await listed(work, ALL[0]!)).values())
    const full = hashesOf((await listed(work, ALL[1]!)).values())
    const top = 'satchel-1.2.0'
    const expected = new Map([
      ...pristine,
      ...hashes(SATCHEL_BUNDLE, top),
      ...hashes(SATCHEL_COLLECTED, `${top}/static`),
    ])
    for (const [path, hash] of expected) expect([path, full.get(path)]).toEqual([path, hash])
    expect([...full.keys()].filter((path) => !expected.has(path))).toEqual([
      `${top}/INSTALL`,
      `${top}/VERSION`,
      `${top}/translations/de/LC_MESSAGES/django.mo`,
    ])
  })

  itWith(['python3'], 'give the static files alone with licence, version and what they are for', async () => {
    const work = await built()
    const top = 'satchel-1.2.0-static'
    for (const name of ALL.slice(2)) {
      const found = hashesOf((await listed(work, name)).values())
      const expected = new Map([
        ...hashes(SATCHEL_BUNDLE, `${top}/bundle`),
        ...hashes(SATCHEL_COLLECTED, `${top}/collected`),
      ])
      for (const [path, hash] of expected) expect([path, found.get(path)]).toEqual([path, hash])
      expect([...found.keys()].filter((path) => !expected.has(path))).toEqual(
        ['LICENSE', 'README', 'VERSION'].map((text) => `${top}/${text}`),
      )
    }
  })

  itWith(['python3'], 'bring the licences of the JavaScript in the bundle wherever the bundle is', async () => {
    const work = await built({ modules: [bundledModule({ texts: [{ file: 'LICENSE', text: 'Svelte terms\n' }] })] })
    const having = await Promise.all(
      ALL.map(async (name) => [...(await listed(work, name)).keys()].filter((path) => path.includes('JAVASCRIPT'))),
    )
    expect(having).toEqual([
      [],
      ['satchel-1.2.0/JAVASCRIPT-LICENSES.txt'],
      ['satchel-1.2.0-static/JAVASCRIPT-LICENSES.txt'],
      ['satchel-1.2.0-static/JAVASCRIPT-LICENSES.txt'],
    ])
  })

  itWith(['python3'], 'leave a VERSION alone that the project has itself', async () => {
    const source = plantTree({ version: 'v1.2.0 of the project\n', 'app.py': '' })
    const rows = await listed(await built({ source }), ALL[1]!)
    expect(rows.get('satchel-1.2.0/version')?.size).toBe(22)
    expect(rows.has('satchel-1.2.0/VERSION')).toBe(false)
  })

  itWith(['python3'], 'hold in the collect root what was collected and nothing else', async () => {
    const source = plantTree({ 'static/.gitkeep': '', 'statics.py': '' })
    const rows = await listed(await built({ source }), ALL[1]!)
    expect(rows.has('satchel-1.2.0/static/.gitkeep')).toBe(false)
    expect(rows.has('satchel-1.2.0/statics.py')).toBe(true)
  })

  it('are the same bytes from trees in another order, in another time zone, language and umask', async () => {
    const again = shuffledWork()
    await elsewhere(() => tarballs.build(again, {}))
    expect(digestsOf(again)).toEqual(digestsOf(await built()))
  })

  it('follow from the level that was asked for', async () => {
    const [fast, small] = [await built({}, { level: 1 }), await built({}, { level: 9 })]
    for (const name of ALL) {
      expect(Buffer.from(writtenFile(fast, name)).equals(writtenFile(small, name))).toBe(false)
    }
    expect(gunzipSync(writtenFile(fast, ALL[0]!)).equals(gunzipSync(writtenFile(small, ALL[0]!)))).toBe(true)
  })

  it('say in plain words how to use them', async () => {
    const work = await built()
    const text = async (archive: string, path: string): Promise<string> =>
      withFile(writtenFile(work, archive), (file) => run(['tar', '-xzOf', file, path]))
    await expect(await text(ALL[1]!, 'satchel-1.2.0/INSTALL')).toMatchFileSnapshot('../golden/tarballs/INSTALL')
    await expect(await text(ALL[2]!, 'satchel-1.2.0-static/README')).toMatchFileSnapshot('../golden/tarballs/README')
    expect(await text(ALL[1]!, 'satchel-1.2.0/VERSION')).toBe('1.2.0\n')
  })
})

describe('the zip of static files', () => {
  itWith(['python3', 'unzip'], 'has copies in place of links, and is taken by unzip', async () => {
    const bundle = plantTree({ 'a/app-1.js': 'one', 'a/app.js': { link: 'app-1.js' }, b: { link: 'a' } })
    const work = await built({ bundle })
    const rows = await listed(work, ALL[3]!)
    const top = 'satchel-1.2.0-static/bundle'
    const one = rows.get(`${top}/a/app-1.js`)?.sha256
    for (const path of ['a/app.js', 'b/app-1.js', 'b/app.js']) {
      expect(rows.get(`${top}/${path}`)).toMatchObject({ kind: 'file', sha256: one })
    }
    await withFile(writtenFile(work, ALL[3]!), async (file) => {
      expect(await run(['unzip', '-tq', file])).toContain('No errors detected')
    })
  })

  it.each([
    ['nothing', 'gone.js'],
    ['outside', '../../../etc/passwd'],
    ['itself', 'loop'],
  ])('refuses a link to %s', async (_, link) => {
    const building = built({ bundle: plantTree({ 'a/loop': { link } }) })
    await expect(building).rejects.toMatchObject({ code: 'PATH_REFUSED', message: expect.stringContaining('a/loop') })
  })

  it('fails as the tree fails', async () => {
    const broken: Tree = { files: SATCHEL_BUNDLE.files, read: () => Promise.reject(new Error('changed below')) }
    const work = memoryWork({ bundle: broken })
    await expect(tarballs.build(work, {})).rejects.toThrow('changed below')
  })

  it('refuses static files whose names differ only in case', async () => {
    const building = built({ bundle: plantTree({ 'a/App.js': '', 'a/app.js': '' }) })
    await expect(building).rejects.toMatchObject({ code: 'PATH_REFUSED' })
  })
})
