import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Facts, Frontend } from '../../scripts/lib/core/facts.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { builderPython } from '../../scripts/lib/io/builder-python.ts'
import { writeJson } from '../../scripts/lib/io/files.ts'
import type { Stage } from '../../scripts/lib/io/stage.ts'
import { saveTree, writeTree } from '../../scripts/lib/io/tree-files.ts'
import { assertBundleKept } from '../../scripts/static/bundle-kept.ts'
import { assertExpectations } from '../../scripts/static/expectations.ts'
import { makeStatic } from '../../scripts/static/static.ts'
import { inWorkshop } from '../../scripts/static/workshop.ts'
import { sampleFacts } from '../support/facts.ts'
import { scratch, testStage } from '../support/stage.ts'
import { itWith } from '../support/tool.ts'
import { type Planted, plantTree } from '../support/trees.ts'

// Collects like Django would, with the standard library: copies, hashes, compresses.
const MANAGE = `
import gzip, os, pathlib, shutil, sys
here = pathlib.Path(__file__).parent
root = pathlib.Path(os.environ['APP_STATIC_DIR'])
for path in sorted((here / 'core/static').rglob('*')):
    if path.is_file():
        copy = root / path.relative_to(here / 'core/static')
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        with open(str(copy) + '.gz', 'wb') as file, gzip.GzipFile('', 'wb', 1, file, 12345) as packed:
            packed.write(path.read_bytes())
        (root / (str(copy) + '.br')).write_bytes(b'brotli')
exec(os.environ.get('MORE', ''))
`

const frontend: Frontend = {
  dir: 'frontend',
  builder: 'esbuild',
  build: [],
  esbuild: { entries: ['src/main.ts'], outdir: '../core/static/core/build' },
  output: ['core/static/core/build/**'],
  expect: [{ file: 'core/static/core/build/manifest.json', keys: ['main'] }],
  environment: {},
}

const source: Readonly<Record<string, Planted>> = {
  'frontend/src/main.ts': "import { greet } from './greet'\nimport './main.css'\ngreet('all')\n",
  'frontend/src/greet.ts': 'export const greet = (who: string): void => console.log(who)\n',
  'frontend/src/main.css': 'body { color: #112233 }\n',
}

const app = { 'manage.py': MANAGE, 'core/static/core/icon.svg': '<svg/>' }

interface Setting {
  readonly frontends?: readonly Frontend[]
  readonly more?: string // Python run at the end of the collect command
  readonly facts?: Partial<Facts>
  readonly source?: Readonly<Record<string, Planted>>
}

async function setting(want: Setting = {}): Promise<{ stage: Stage; notices: string[] }> {
  const python = {
    ...sampleFacts().python,
    collect: { command: ['manage.py', 'collect'], root: 'static', environment: { MORE: want.more ?? '' } },
  }
  const made = await testStage({ frontends: want.frontends ?? [frontend], python, ...want.facts })
  const { out } = made.stage
  const { minor } = await builderPython()
  await saveTree(out, 'source', plantTree(want.source ?? source))
  const tree = plantTree(app)
  await writeTree(join(out, 'app'), tree)
  await writeJson(join(out, 'app.json'), { schema: 1, layout: 'tree', files: tree.files })
  await mkdir(join(out, 'vendor/builder'), { recursive: true })
  await writeJson(join(out, 'deps.json'), {
    schema: 1,
    builder: minor,
    trees: { builder: { files: [], packages: [] } },
  })
  return made
}

const listing = ({ out }: Stage): StaticListing => JSON.parse(readFileSync(join(out, 'static.json'), 'utf8'))
const paths = (files: readonly { readonly path: string }[]): string[] => files.map(({ path }) => path)

describe('the static stage', () => {
  itWith(
    ['python3'],
    'builds the bundle at its places, collects it with the app, and drops brotli loudly',
    async () => {
      const { stage, notices } = await setting()
      await makeStatic(stage, { twice: false })
      const { bundle, collected } = listing(stage)
      const names = paths(bundle)
      expect(names).toEqual(
        [
          expect.stringMatching(/^core\/static\/core\/build\/main-[A-Z0-9]{8}\.css$/),
          expect.stringMatching(/^core\/static\/core\/build\/main-[A-Z0-9]{8}\.js$/),
          'core/static/core/build/manifest.json',
        ].sort(),
      )
      const kept = names.map((path) => path.replace('core/static/', ''))
      const expected = [...kept, 'core/icon.svg'].flatMap((path) => [path, `${path}.gz`])
      expect(paths(collected)).toEqual(expected.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
      expect(notices).toContain('4 .br files of the collect command are left out: no brotli is asked for')
    },
  )

  itWith(
    ['python3'],
    'places outputs and what is collected where the application below python.root has them',
    async () => {
      const below = { ...frontend, output: ['src/core/static/core/build/**'], expect: [] }
      const esbuild = { entries: ['src/main.ts'], outdir: '../src/core/static/core/build' }
      const collect = { command: ['manage.py', 'collect'], root: 'src/static', environment: {} }
      const python = { ...sampleFacts().python, root: 'src', collect }
      const { stage } = await setting({ frontends: [{ ...below, esbuild }], facts: { python } })
      await makeStatic(stage, { twice: false })
      const { bundle, collected } = listing(stage)
      expect(paths(bundle)).toContain('core/static/core/build/manifest.json')
      expect(paths(collected)).toContain('core/build/manifest.json')
      const beside = await setting({ facts: { python } })
      await expect(makeStatic(beside.stage, { twice: false })).rejects.toThrow(
        'frontend: outputs lie outside python.root: core/static/core/build/',
      )
    },
  )

  itWith(['python3'], 'makes .gz files again by its own gzip', async () => {
    const { stage } = await setting()
    await makeStatic(stage, { twice: false })
    const packed = readFileSync(join(stage.out, 'static/collected/core/icon.svg.gz'))
    expect(packed.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff')
    expect(gunzipSync(packed).toString()).toBe('<svg/>')
  })

  itWith(['python3'], 'gives the same listing at another path, under another umask and time zone, twice', async () => {
    const first = await setting()
    await makeStatic(first.stage, { twice: true })
    const second = await setting()
    const before = { umask: process.umask(0o077), TZ: process.env['TZ'], HOME: process.env['HOME'] }
    process.env['TZ'] = 'Asia/Tokyo'
    process.env['HOME'] = await scratch()
    try {
      await makeStatic(second.stage, { twice: false })
    } finally {
      process.umask(before.umask)
      for (const name of ['TZ', 'HOME'] as const) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
    }
    expect(listing(second.stage)).toEqual(listing(first.stage))
  })

  itWith(['python3'], 'names the first file that differs when the app collects something random', async () => {
    const more = "[(root / name).write_bytes(os.urandom(8)) for name in 'cb']; (root / 'a').write_text(os.getcwd())"
    const { stage } = await setting({ more })
    await expect(makeStatic(stage, { twice: true })).rejects.toMatchObject({
      code: 'NOT_DETERMINISTIC',
      message: 'collect command: b is not the same twice (1 more differ)',
    })
    expect(() => listing(stage)).toThrow()
  })

  itWith(['python3', 'root', 'unshare'], 'tells which files depend on the path, and keeps them', async () => {
    const { stage, notices } = await setting({ more: "(root / 'a').write_text(os.getcwd())" })
    await makeStatic(stage, { twice: true })
    expect(notices).toContain(
      'collect command: these files depend on the path of the build, which is always /mnt/slipway: a',
    )
    expect(readFileSync(join(stage.out, 'static/collected/a'), 'utf8')).toBe('/mnt/slipway/app')
  })

  itWith(['python3'], 'refuses a collect command that changes what the front ends made', async () => {
    const more = "[path.write_text('changed') for path in (root / 'core/build').glob('*.js')]"
    const { stage } = await setting({ more })
    await expect(makeStatic(stage, { twice: false })).rejects.toMatchObject({ code: 'STATIC_CHANGED' })
  })

  itWith(['python3'], 'shows what a failing collect command said', async () => {
    const { stage } = await setting({ more: "sys.exit('no such table')" })
    const error = await makeStatic(stage, { twice: false }).catch((caught) => caught)
    expect(error).toMatchObject({ code: 'COMMAND_FAILED', message: 'python.collect failed: manage.py collect' })
    expect(error.cause.tail).toContain('no such table')
  })

  itWith(['python3'], 'refuses links that lead out of what is served', async () => {
    const { stage } = await setting({ more: "(root / 'users').symlink_to('/etc/passwd')" })
    await expect(makeStatic(stage, { twice: false })).rejects.toMatchObject({
      code: 'PATH_REFUSED',
      message: expect.stringContaining('users -> /etc/passwd'),
    })
  })

  it('collects nothing where the app has no collect command', async () => {
    const { collect: _, ...python } = sampleFacts().python
    const { stage } = await setting({ facts: { python } })
    await makeStatic(stage, { twice: false })
    expect(listing(stage).collected).toEqual([])
    expect(listing(stage).bundle).toHaveLength(3)
  })

  it('names globs without output, and takes away declared files of an sdist first', async () => {
    const stale = { ...source, 'core/static/core/build/old.js': 'old' }
    const elsewhere = { ...frontend, output: ['core/static/core/build/old.js'] }
    const { stage } = await setting({ frontends: [elsewhere], source: stale, facts: { commit: '' } })
    await expect(makeStatic(stage, { twice: false })).rejects.toMatchObject({
      code: 'FRONTEND_FAILED',
      message: 'frontend: the build left no file that matches core/static/core/build/old.js',
    })
  })

  it('builds several front ends, each to its places', async () => {
    const { collect: _, ...python } = sampleFacts().python
    const other: Frontend = {
      ...frontend,
      ...{ dir: 'admin', output: ['desk/static/desk/**'], expect: [] },
      esbuild: { entries: ['desk.ts'], outdir: '../desk/static/desk' },
    }
    const two = { ...source, 'admin/desk.ts': 'alert(1)\n' }
    const { stage } = await setting({ frontends: [frontend, other], source: two, facts: { python } })
    await makeStatic(stage, { twice: false })
    const names = paths(listing(stage).bundle).map((path) => path.replace(/-[A-Z0-9]{8}/, ''))
    const first = ['main.css', 'main.js', 'manifest.json'].map((name) => `core/static/core/build/${name}`)
    expect(names).toEqual([...first, 'desk/static/desk/desk.js', 'desk/static/desk/manifest.json'])
  })

  it('refuses a file that two front ends claim', async () => {
    const { stage } = await setting({ frontends: [frontend, frontend] })
    await expect(makeStatic(stage, { twice: false })).rejects.toThrow('is an output of another front end too')
  })

  it('says what esbuild does not take', async () => {
    const broken = { ...source, 'frontend/src/greet.ts': 'export const = 1\n' }
    const { stage } = await setting({ source: broken })
    await expect(makeStatic(stage, { twice: false })).rejects.toMatchObject({ code: 'FRONTEND_FAILED' })
  })
})

describe('expectations', () => {
  it('are told together', async () => {
    const folder = await scratch()
    writeFileSync(join(folder, 'm.json'), '{"en": 1}')
    writeFileSync(join(folder, 't.txt'), 'text')
    const expectations = [
      { file: 'gone' },
      { file: 'm.json', keys: ['en', 'de'] },
      { file: 't.txt', contains: 'other', keys: ['x'] },
    ]
    await expect(assertExpectations(folder, expectations)).rejects.toMatchObject({
      code: 'EXPECTATION_FAILED',
      message:
        'after the build:\n  gone is not there\n  m.json has no key "de"\n  t.txt does not contain "other"\n  t.txt is not a JSON object',
    })
    await assertExpectations(folder, [{ file: 'm.json', keys: ['en'], contains: '"en"' }])
  })
})

describe('the bundle in what was collected', () => {
  const file = (path: string, sha256: string) => ({ path, mode: 0o644, size: 1, sha256 }) as const

  it('may be hashed, moved or left out, but not changed', () => {
    const bundle = [file('core/static/core/a.js', '1'), file('ui/dist/b.js', '2')]
    assertBundleKept(bundle, [file('core/a.js', '1'), file('core/a.0f.js', '9'), file('b.js', '8')])
    expect(() => assertBundleKept(bundle, [file('core/a.js', '3')])).toThrow(
      'collecting changed what the front ends made:\n  core/static/core/a.js',
    )
  })
})

describe('a workshop', () => {
  itWith(['root', 'unshare'], 'shows its folder at one fixed path and leaves nothing there', async () => {
    const { stage, notices } = await testStage()
    const seen = await inWorkshop(stage, 'try', '/mnt/slipway', async (workshop) => {
      writeFileSync(join(workshop.folder, 'x'), 'inside')
      return workshop.run('.', ['sh', '-c', 'pwd; cat x; ls /mnt'], {})
    })
    expect(seen).toBe('/mnt/slipway\ninsideslipway\n')
    expect(notices).toEqual([])
    expect(() => readFileSync('/mnt/slipway/x')).toThrow()
  })
})
