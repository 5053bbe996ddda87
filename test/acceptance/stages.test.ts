import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeDeps } from '../../scripts/deps/deps.ts'
import type { Facts } from '../../scripts/lib/core/facts.ts'
import type { AppListing, DepsListing, StaticListing } from '../../scripts/lib/core/stages.ts'
import { UV_VERSION } from '../../scripts/lib/core/tool-versions.ts'
import type { TreeEntry } from '../../scripts/lib/core/tree.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { saveTree } from '../../scripts/lib/io/tree-files.ts'
import { sampleFacts } from '../support/facts.ts'
import { commitAll, copySample } from '../support/sample.ts'
import { testStage } from '../support/stage.ts'
import { describeWith } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'

const ROOT = join(import.meta.dirname, '../..')

let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'slipway-stages-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const json = (...path: string[]): string => readFileSync(join(...path), 'utf8')
const hashes = (files: readonly TreeEntry[]): ReadonlyMap<string, string> =>
  new Map(files.map((entry) => [entry.path, 'link' in entry ? entry.link : entry.sha256]))

/** The sample in a repository of its own, committed at a fixed time. */
async function sampleRepository(folder: string): Promise<string> {
  const project = await copySample(join(folder, 'sample'))
  await commitAll(folder, 'sample', '2026-01-02T03:04:05Z')
  return project
}

/** Every stage up to static, as a person runs them one by one. */
function runStages(project: string, out: string, umask: string, env: Record<string, string>, last: string[]): void {
  const words = [
    ['plan-release.ts', '--project', project],
    ['make-source.ts', '--project', project],
    ['make-app.ts'],
    ['resolve-deps.ts'],
    ['build-static.ts', ...last],
  ]
  for (const [script = '', ...args] of words) {
    const command = [process.execPath, join(ROOT, 'scripts', script), ...args, '--out', out]
    execFileSync('sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', ...command], {
      env: { ...process.env, SLIPWAY_CACHE: cacheFolder(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
}

describeWith(['git', 'python3'], "the sample's trees", () => {
  const outs = ['first/dist', 'second place/deeper/dist']

  beforeAll(async () => {
    const [one = '', two = ''] = outs.map((out) => join(scratch, out))
    runStages(await sampleRepository(join(scratch, 'first/repo')), one, '022', { TZ: 'UTC' }, ['--twice'])
    const home = join(scratch, 'home')
    mkdirSync(home)
    const other = { TZ: 'Asia/Tokyo', HOME: home, LANG: 'de_DE.UTF-8' }
    runStages(await sampleRepository(join(scratch, 'second place/repo')), two, '077', other, [])
  })

  for (const name of ['source', 'app', 'deps', 'static']) {
    it(`are the same under another umask, time zone, home and path: ${name}.json`, () => {
      const [one, two] = outs.map((out) => json(scratch, out, `${name}.json`))
      expect(two).toBe(one)
    })
  }

  it('hold the bundle of every language, byte-equal in what was collected, and compressed', () => {
    const { bundle, collected }: StaticListing = JSON.parse(json(scratch, 'first/dist/static.json'))
    const known = hashes(collected)
    expect(bundle.length).toBeGreaterThan(3)
    for (const [path, hash] of hashes(bundle)) {
      const name = path.replace('core/static/', '')
      expect([name, known.get(name)]).toEqual([name, hash])
      expect(known.has(`${name}.gz`)).toBe(true)
    }
    expect(collected.filter(({ path }) => path.endsWith('.br'))).toEqual([])
  })

  it('vendor native wheels for each target, without what installing leaves besides', () => {
    const { trees }: DepsListing = JSON.parse(json(scratch, 'first/dist/deps.json'))
    expect(Object.keys(trees).sort()).toEqual(['builder', 'py3.11-amd64', 'py3.13-amd64'])
    for (const [name, minor] of [
      ['py3.11-amd64', '311'],
      ['py3.13-amd64', '313'],
    ] as const) {
      const tree = trees[name]
      expect(tree?.packages).toContainEqual(expect.objectContaining({ name: 'psycopg-binary', native: true }))
      const paths = tree?.files.map(({ path }) => path) ?? []
      expect(paths.some((path) => path.includes(`cpython-${minor}-x86_64-linux-gnu.so`))).toBe(true)
      expect(paths.filter((path) => /^bin\/|\.lock$|RECORD$|\.py[ci]$|direct_url/.test(path))).toEqual([])
    }
  })

  it('compile the translations that Python reads', () => {
    const { files }: AppListing = JSON.parse(json(scratch, 'first/dist/app.json'))
    const paths = files.map(({ path }) => path)
    expect(paths).toContain('translations/de/LC_MESSAGES/django.mo')
    expect(paths.filter((path) => path.endsWith('.po'))).toEqual([])
  })
})

describeWith(['python3'], 'dependencies from the real index', () => {
  const runtime = { ...sampleFacts().runtime, services: [] } // whose programs these requirements do not bring
  const resolving = async (requirement: string, python: Partial<Facts['python']> = {}): Promise<unknown> => {
    const tools = { node: {}, managers: {}, uv: UV_VERSION }
    const { collect: _, ...rest } = sampleFacts().python
    const { stage } = await testStage(
      { runtime, python: { ...rest, ...python }, tools, epoch: Date.parse('2026-06-01T00:00:00Z') / 1000 },
      { targets: [{ python: '3.13', arch: 'arm64' }] },
    )
    await saveTree(stage.out, 'source', plantTree({ 'requirements.txt': requirement }))
    await makeDeps({ ...stage, cache: cacheFolder() })
    return JSON.parse(json(stage.out, 'deps.json'))
  }

  it('resolve for a machine that this one is not', async () => {
    expect(await resolving('markupsafe==3.0.2\n')).toMatchObject({
      trees: { 'py3.13-arm64': { packages: [{ name: 'markupsafe', version: '3.0.2', native: true }] } },
    })
  })

  it('are refused where one has no wheel', async () => {
    await expect(resolving('docopt==0.6.2\n')).rejects.toMatchObject({
      code: 'DEPS_UNRESOLVED',
      message: 'no wheel for Python 3.13 on arm64: docopt==0.6.2',
    })
  })

  it('take a wheel that the index lacks from a folder of the configuration', async () => {
    const files = plantTree({ 'requirements.txt': 'docopt==0.6.2\n' })
    const { collect: _, ...python } = sampleFacts().python
    const { stage } = await testStage(
      {
        runtime,
        python: { ...python, native: false },
        deps: { wheels: ['wheels/0'], floor: 'manylinux_2_28' },
        tools: { node: {}, managers: {}, uv: UV_VERSION },
      },
      { targets: [{ python: '3.11', arch: 'amd64' }] },
    )
    await saveTree(stage.out, 'source', files)
    writeWheel(join(stage.out, 'inputs/wheels/0'))
    await makeDeps({ ...stage, cache: cacheFolder() })
    const { trees }: DepsListing = JSON.parse(json(stage.out, 'deps.json'))
    expect(trees['py3.11-amd64']?.files.map(({ path }) => path)).toEqual([
      'docopt-0.6.2.dist-info/METADATA',
      'docopt-0.6.2.dist-info/WHEEL',
      'docopt.py',
    ])
  })

  it('may be none at all', async () => {
    expect(await resolving('# nothing\n', { native: false })).toMatchObject({
      trees: { 'py3.13-arm64': { files: [], packages: [] } },
    })
  })

  it('are told apart from packages that the index lacks', async () => {
    await expect(resolving('slipway-no-such-package==1\n')).rejects.toMatchObject({ code: 'NOT_IN_REGISTRY' })
  })

  it('must be native where the configuration says so, and the line to change is shown', async () => {
    await expect(resolving('six==1.17.0\n')).rejects.toMatchObject({
      code: 'DEPS_UNRESOLVED',
      hint: 'Write `native: false` below `python:` in slipway.yaml.',
    })
  })

  it('have the locked hashes', async () => {
    const wrong = `six==1.17.0 --hash=sha256:${'0'.repeat(64)}\n`
    await expect(resolving(wrong, { native: false })).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
  })
})

/** The smallest wheel of docopt (binary distribution format), whose real releases are source archives only. */
function writeWheel(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const script = `
import sys, zipfile
info = 'docopt-0.6.2.dist-info/'
with zipfile.ZipFile(sys.argv[1] + '/docopt-0.6.2-py3-none-any.whl', 'w') as wheel:
    wheel.writestr('docopt.py', 'x = 1\\n')
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: docopt\\nVersion: 0.6.2\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', 'docopt.py,,\\n%sMETADATA,,\\n%sWHEEL,,\\n%sRECORD,,\\n' % (info, info, info))
`
  execFileSync('python3', ['-IS', '-c', script, folder])
}
