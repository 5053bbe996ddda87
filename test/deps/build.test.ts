import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { readBackEnd } from '../../scripts/deps/build/back-end.ts'
import { obstacle } from '../../scripts/deps/build/clean-root.ts'
import { pinOf } from '../../scripts/deps/build/pin.ts'
import { fetchSdist, unpackSdist } from '../../scripts/deps/build/sdist.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { scratch } from '../support/stage.ts'
import { plantTree } from '../support/trees.ts'

const [ONE, TWO] = ['1'.repeat(64), '2'.repeat(64)]

function plant(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

describe('what is pinned of a package to build', () => {
  const rule = { native: false, packages: [] }
  const rows: readonly [file: string, text: string, hashes: readonly string[]][] = [
    [
      'requirements.txt',
      `Lang.Detect[x]==1.0.9 ; python_version > "3" --hash=sha256:${ONE} --hash=sha256:${TWO}`,
      [ONE, TWO],
    ],
    ['requirements.txt', '-c bounds.txt\nlang-detect', []],
    ['pyproject.toml', '[project]\nname = "a"\ndependencies = ["lang_detect (== 1.0.9)", "b>=1"]', []],
    [
      'uv.lock',
      `[[package]]\nname = "lang-detect"\nversion = "1.0.9"\nsdist = { url = "https://x.example/l.tar.gz", hash = "sha256:${ONE}" }`,
      [ONE],
    ],
    [
      'pylock.toml',
      `lock-version = "1.0"\n[[packages]]\nname = "lang-detect"\nversion = "1.0.9"\nsdist = { hashes = { sha256 = "${ONE}" } }`,
      [ONE],
    ],
    [
      'poetry.lock',
      `[[package]]\nname = "lang-detect"\nversion = "1.0.9"\nfiles = [{ file = "l.tar.gz", hash = "sha256:${ONE}" }]`,
      [ONE],
    ],
    [
      'poetry.lock',
      `[[package]]\nname = "lang-detect"\nversion = "1.0.9"\n[metadata.files]\nlang-detect = [{ file = "l.tar.gz", hash = "sha256:${TWO}" }]`,
      [TWO],
    ],
  ]
  for (const [file, text, hashes] of rows) {
    it(`is read from ${file}: ${text.split('\n').at(-1)?.slice(0, 60)}`, async () => {
      const source = plantTree({ [file]: text, 'bounds.txt': 'lang-detect==1.0.9\n' })
      expect(await pinOf(source, [file], 'lang-detect', rule)).toEqual({
        name: 'lang-detect',
        version: '1.0.9',
        hashes,
      })
    })
  }

  it('must be one version, which the configuration may name where nothing else does', async () => {
    const source = plantTree({
      'a.txt': 'a>=1\nb==1 ; python_version < "3.12"\nb==2 ; python_version >= "3.12"\nc==1.*\n',
    })
    const asked = (name: string, version?: string) =>
      pinOf(source, ['a.txt'], name, version === undefined ? rule : { ...rule, version })
    await expect(asked('a')).rejects.toMatchObject({
      message: 'a is to be built, and the requirements pin no exact version of it',
      hint: 'Pin it there (a==1.2), or write `version` below deps.build.a in slipway.yaml.',
    })
    await expect(asked('b')).rejects.toThrow('several versions (1, 2)')
    await expect(asked('c')).rejects.toThrow('no exact version')
    expect(await asked('a', '1.5')).toMatchObject({ version: '1.5', hashes: [] })
    expect(await asked('b', '2')).toMatchObject({ version: '2' })
  })
})

describe('a source archive', () => {
  const before = { ...process.env }
  afterEach(() => {
    process.env = { ...before }
  })

  /** An index with two archives of `tray-app`, 1.0 and 2.0.0, and a wheel; gives their hashes. */
  async function serve(): Promise<readonly [one: string, two: string]> {
    const folder = await scratch()
    const sums: string[] = []
    for (const version of ['1.0', '2.0.0']) {
      plant(folder, { [`tray_app-${version}/pyproject.toml`]: '', [`tray_app-${version}/tray.py`]: version })
      await run(['tar', '--create', '--gzip', '--file', `${version}.tar.gz`, `tray_app-${version}`], { cwd: folder })
      sums.push(
        createHash('sha256')
          .update(readFileSync(join(folder, `${version}.tar.gz`)))
          .digest('hex'),
      )
    }
    const links = ['1.0', '2.0.0'].map(
      (version, index) => `<a href="/f/Tray.App-${version}.tar.gz#sha256=${sums[index]}">x</a>`,
    )
    const page = `<a href="/f/tray_app-1.0-py3-none-any.whl#sha256=${TWO}">x</a>${links.join('')}`
    const server = createServer((request, response) => {
      const version = /-([\d.]+)\.tar\.gz$/.exec(request.url ?? '')?.[1]
      response.end(version === undefined ? page : readFileSync(join(folder, `${version}.tar.gz`)))
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise((done) => server.once('listening', done))
    process.env['UV_DEFAULT_INDEX'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`
    return [sums[0] ?? '', sums[1] ?? '']
  }

  it('is the one that the lock names by its hash, else the one of the version', async () => {
    const [one, two] = await serve()
    const folder = await scratch()
    const fetched = await fetchSdist(folder, { name: 'tray-app', version: '1.0', hashes: [TWO, one] })
    expect(fetched).toMatchObject({ file: 'Tray.App-1.0.tar.gz', sha256: one })
    await unpackSdist(fetched, join(folder, 'source'))
    expect(readFileSync(join(folder, 'source/tray.py'), 'utf8')).toBe('1.0')
    expect(await fetchSdist(folder, { name: 'tray-app', version: '2.0', hashes: [] })).toMatchObject({ sha256: two })
  })

  it('with other bytes than the lock names is none', async () => {
    await serve()
    await expect(
      fetchSdist(await scratch(), { name: 'tray-app', version: '1.0', hashes: [TWO] }),
    ).rejects.toMatchObject({
      code: 'NOT_IN_REGISTRY',
      message: 'the Python index has no source archive of tray-app 1.0 with a hash of the lock',
    })
  })

  it('says how it is built, or is built by setuptools', async () => {
    const folder = await scratch()
    expect(await readBackEnd(folder, 'a 1')).toEqual({
      requires: ['setuptools >= 40.8.0'],
      backend: 'setuptools.build_meta:__legacy__',
      path: [],
    })
    plant(folder, {
      'pyproject.toml': '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n',
    })
    expect(await readBackEnd(folder, 'a 1')).toMatchObject({ backend: 'flit_core.buildapi', requires: ['flit_core'] })
    plant(folder, { 'pyproject.toml': '[build-system' })
    await expect(readBackEnd(folder, 'a 1')).rejects.toThrow('pyproject.toml of a 1 cannot be read')
  })
})

// A back end of its own, which talks, and packs in another order, with another date and mode each time.
const BACK_END = `
import os, random, time, zipfile
print('starting')

class Hooks:
    def get_requires_for_build_wheel(self):
        return ['needed']

    def build_wheel(self, folder):
        os.system('echo building')
        files = {
            'tray/__init__.py': 'import tray', 'tray/tool': '#!/bin/sh', 'tray/a,b.txt': '',
            'tray-1.dist-info/WHEEL': 'Wheel-Version: 1.0', 'tray-1.dist-info/METADATA': 'Name: tray',
            'tray-1.dist-info/RECORD': str(time.time()),
        }
        names = list(files)
        random.shuffle(names)
        with zipfile.ZipFile(os.path.join(folder, 'tray-1-py3-none-any.whl'), 'w', zipfile.ZIP_DEFLATED) as wheel:
            for name in names:
                entry = zipfile.ZipInfo(name, time.localtime()[:6])
                entry.external_attr = (random.choice([0o755, 0o775]) if name.endswith('tool') else random.choice([0o600, 0o664])) << 16
                wheel.writestr(entry, files[name])
        return 'tray-1-py3-none-any.whl'

hooks = Hooks()
`

const CHECK = `
import base64, csv, hashlib, io, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(wheel.read('tray-1.dist-info/RECORD').decode()))}
    for info in wheel.infolist():
        hash = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(info)).digest()).rstrip(b'=').decode()
        wanted = ['', ''] if info.filename.endswith('/RECORD') else ['sha256=' + hash, str(info.file_size)]
        assert rows[info.filename] == wanted, info.filename
    print(json.dumps(['%s %o' % (info.filename, info.external_attr >> 16) for info in wheel.infolist()]))
`

describe('building a wheel', () => {
  const SCRIPT = join(import.meta.dirname, '../../scripts/deps/build/build-wheel.py')

  async function built(what: 'wheel' | 'requires', env: Readonly<Record<string, string>> = {}) {
    const folder = await scratch()
    plant(folder, { 'source/backend/maker.py': BACK_END, 'environment/empty': '', 'out/empty': '' })
    const order = {
      ...{ source: join(folder, 'source'), environment: join(folder, 'environment'), out: join(folder, 'out') },
      ...{ backend: 'maker:hooks', 'backend-path': ['backend'], what },
    }
    writeFileSync(join(folder, 'order.json'), JSON.stringify(order))
    const said = await run(['python3', '-IS', SCRIPT, join(folder, 'order.json')], { env })
    return { answer: JSON.parse(said.trimEnd().split('\n').at(-1) ?? ''), out: join(folder, 'out') }
  }

  it('asks the back end what it needs besides, whatever it prints', async () => {
    expect((await built('requires')).answer).toEqual(['needed'])
  })

  it('gives the same bytes whatever order, dates and modes the back end writes, with a RECORD that is right', async () => {
    const [one, two] = [await built('wheel'), await built('wheel', { TZ: 'Asia/Tokyo' })]
    const [first, second] = [one, two].map(({ out, answer }) => join(out, answer))
    expect(readFileSync(first ?? '').equals(readFileSync(second ?? ''))).toBe(true)
    expect(JSON.parse(await run(['python3', '-c', CHECK, first ?? '']))).toEqual([
      'tray/__init__.py 100644',
      'tray/a,b.txt 100644',
      'tray/tool 100755',
      'tray-1.dist-info/METADATA 100644',
      'tray-1.dist-info/WHEEL 100644',
      'tray-1.dist-info/RECORD 100644',
    ])
  })
})

it('native code is built for Pythons of Debian releases only', async () => {
  expect(await obstacle({ python: '3.12', arch: 'amd64' })).toContain('Python 3.11 and 3.13 only')
})
