import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const ROOMS = ['deb', 'pypi', 'constraints', 'docker', 'helm', 'tarballs', 'papers']
const STAGES = [
  'plan',
  'source',
  'app',
  'deps',
  'base',
  'static',
  'artifacts',
  'prove',
  'rehearse',
  'seal',
  'publish',
  'workflow',
]

/** What each kind of folder below scripts/ may import, besides itself. */
function allowed(folder: string): readonly string[] {
  if (folder === 'lib/core') return []
  if (folder === 'lib/archive') return ['lib/core']
  if (folder === 'lib/io') return ['lib/core', 'lib/archive']
  if (folder === 'launcher') return ['lib/core']
  if (ROOMS.includes(folder)) return ['lib/core', 'lib/archive', 'launcher']
  if (STAGES.includes(folder)) return ['lib/core', 'lib/archive', 'lib/io', 'launcher']
  return ['', ...ROOMS, ...STAGES, 'lib/core', 'lib/archive', 'lib/io', 'launcher']
}

const EFFECTS =
  /^node:(?:fs|fs\/promises|child_process|os|net|http|https|dns|cluster|worker_threads)$|^execa$|^zx|^@octokit\//

function folderOf(path: string): string {
  const folder = relative(join(ROOT, 'scripts'), join(ROOT, dirname(path)))
  const [first = '', second = ''] = folder.split('/')
  return first === 'lib' ? `lib/${second}` : first
}

function sources(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
}

let imports: readonly { from: string; to: string; external: boolean }[] = []

beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: sources('scripts').map((path) => join(ROOT, path)),
    absWorkingDir: ROOT,
    bundle: true,
    metafile: true,
    write: false,
    outdir: 'out',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  })
  imports = Object.entries(metafile.inputs).flatMap(([from, input]) =>
    input.imports.map(({ path, external }) => ({ from, to: path, external: external === true })),
  )
})

describe('the borders of the house', () => {
  it('let every folder import only what lies below it', () => {
    const wrong = imports
      .filter(({ external }) => !external)
      .map(({ from, to }) => ({ from, to, a: folderOf(from), b: folderOf(to) }))
      .filter(({ a, b }) => a !== b && !allowed(a).includes(b))
      .map(({ from, to }) => `${from} -> ${to}`)
    expect(wrong).toEqual([])
  })

  it('keep effects out of rooms, launcher, archive and core', () => {
    const pure = [...ROOMS, 'launcher', 'lib/core', 'lib/archive']
    const wrong = imports
      .filter(({ from, to, external }) => external && pure.includes(folderOf(from)) && EFFECTS.test(to))
      .map(({ from, to }) => `${from} -> ${to}`)
    expect(wrong).toEqual([])
  })

  it('let only publish and its edge speak to GitHub', () => {
    const wrong = imports
      .filter(
        ({ from, to, external }) =>
          external && to.startsWith('@octokit/') && !/scripts\/(?:publish|lib\/io)\//.test(from),
      )
      .map(({ from }) => from)
    expect(wrong).toEqual([])
  })
})

describe('the text of the sources', () => {
  const forbidden: readonly [RegExp, RegExp][] = [
    [/\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/, /^scripts\/lib\/io\//],
    [/\bprocess\.env\b/, /^scripts\/lib\/io\//],
    [/\bas any\b|: any\b/, /^$/],
    [/\blocaleCompare\b/, /^$/],
    [/\bTODO\b|\bFIXME\b|\bXXX\b/, /^$/],
  ]
  for (const [pattern, except] of forbidden) {
    it(`holds no ${pattern.source}`, () => {
      const wrong = sources('scripts').filter(
        (path) => !except.test(path) && pattern.test(readFileSync(join(ROOT, path), 'utf8')),
      )
      expect(wrong).toEqual([])
    })
  }

  it('names no place of the machine that it was written on', () => {
    const wrong = [...sources('scripts'), ...sources('test')].filter((path) =>
      /\/(?:work|root|home\/\w+)\//.test(readFileSync(join(ROOT, path), 'utf8').replaceAll(/slipway-\w+|XDG_\w+/g, '')),
    )
    expect(wrong.filter((path) => path !== 'test/house.test.ts')).toEqual([])
  })

  it('keeps every file readable at a sitting', () => {
    const long = sources('scripts')
      .map((path) => ({ path, lines: readFileSync(join(ROOT, path), 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 230)
    expect(long).toEqual([])
  })
})
