import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeApp } from '../../scripts/app/app.ts'
import { formats } from '../../scripts/formats.ts'
import { UV_VERSION } from '../../scripts/lib/core/tool-versions.ts'
import { mergeTrees, type Tree } from '../../scripts/lib/core/tree.ts'
import { writeJson } from '../../scripts/lib/io/files.ts'
import { cacheFolder, type Stage } from '../../scripts/lib/io/stage.ts'
import { measureTree, openTree, saveTree, writeTree } from '../../scripts/lib/io/tree-files.ts'
import { buildFormat } from '../../scripts/lib/io/workbench.ts'
import { proveSdistWheel } from '../../scripts/prove/sdist-wheel.ts'
import { sampleFacts } from '../support/facts.ts'
import { filesOf } from '../support/python-archive.ts'
import { testStage } from '../support/stage.ts'
import { describeWith, fullRun } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'
import { elsewhere } from '../support/work.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/back-ends')
const SDIST = 'demo-1.2.0.tar.gz'
const WHEEL = 'demo-1.2.0-py3-none-any.whl'
const BUILT = ['demo/static/built/app.js', 'demo/static/built/deep/.vite/a.json'] as const

const BUNDLE = plantTree({ [BUILT[0]]: 'app()\n', [BUILT[1]]: '{}\n' })

/** A small project with its package below src, whose built files git ignores. */
async function fixture(name: string): Promise<Tree> {
  const folder = join(FIXTURES, name)
  return openTree(folder, await measureTree(folder))
}

/** An sdist and a wheel of it with two built files. */
async function released(source: Tree): Promise<Stage> {
  const python = { ...sampleFacts().python, root: 'src', translations: [], backend: 'own' as const }
  const { collect: _, ...plain } = python
  const tools = { node: {}, managers: {}, uv: UV_VERSION }
  const { stage } = await testStage({ python: plain, tools, frontends: [] })
  const pypi = formats.find(({ name }) => name === 'pypi')
  if (pypi === undefined) throw new Error('there is no format pypi')
  const config = pypi.schema.parse({ name: 'demo' })
  const planned = { name: 'pypi', needs: [], config, outputs: pypi.outputs(stage.plan.facts, config) }
  const whole = { ...stage, cache: cacheFolder(), plan: { ...stage.plan, formats: [planned] } }
  await saveTree(stage.out, 'source', source)
  await makeApp(whole)
  await writeTree(join(stage.out, 'static/bundle'), BUNDLE)
  await writeTree(join(stage.out, 'static/collected'), plantTree({}))
  await writeJson(join(stage.out, 'static.json'), { schema: 1, bundle: BUNDLE.files, collected: [] })
  await buildFormat(whole, pypi, planned)
  return whole
}

const artifact = ({ out }: Stage, name: string): Promise<Uint8Array> => readFile(join(out, 'artifacts', name))
const wheelFiles = async (stage: Stage): Promise<Readonly<Record<string, string>>> =>
  filesOf(await artifact(stage, WHEEL))

const OTHERS = ['setuptools-scm', 'hatch-vcs', 'flit', 'poetry', 'pdm', 'uv-build', 'in-tree', 'in-tree-src'] as const
const KEEPING: readonly string[] = fullRun ? ['setuptools', 'hatchling-hook', ...OTHERS] : ['hatchling-hook']

describeWith(['git', 'python3'], 'the sdist of a project with a back end of its own', () => {
  it.each(KEEPING)('gives the released wheel again, offline and without Node: %s', async (name) => {
    const stage = await released(await fixture(name))
    const elsewhereStage = fullRun ? { ...stage, cache: join(stage.out, 'cache') } : stage // as on another machine
    expect(await proveSdistWheel(elsewhereStage, SDIST, WHEEL)).toEqual({ findings: [] })
    const wheel = await wheelFiles(stage)
    expect(Object.keys(wheel)).toEqual(expect.arrayContaining(['demo/__init__.py', ...BUILT]))
    expect(wheel['demo-1.2.0.dist-info/METADATA']).toMatch(/^Version: 1\.2\.0$/m)
    if (name === 'hatchling-hook') expect(wheel['demo/built/messages.txt']).toBe('hello\n')
    expect(Object.keys(await filesOf(await artifact(stage, SDIST))).filter((path) => path.endsWith('.pyc'))).toEqual([])
    if (!fullRun) return
    const again = await elsewhere(async () => released(await fixture(name)))
    for (const file of [SDIST, WHEEL]) {
      expect(Buffer.compare(await artifact(again, file), await artifact(stage, file)), `${name} ${file}`).toBe(0)
    }
  })

  it('leaves files alone that the project has put in itself', async () => {
    const committed = mergeTrees([
      await fixture('setuptools'),
      plantTree({ 'src/demo/static/built/app.js': 'app()\n' }),
    ])
    const stage = await released(committed)
    expect(await proveSdistWheel(stage, SDIST, WHEEL)).toEqual({ findings: [] })
    const record = (await wheelFiles(stage))['demo-1.2.0.dist-info/RECORD'] ?? ''
    expect(record.match(/^demo\/static\/built\/app\.js,/gm)).toHaveLength(1)
  })
})

const project = (backEnd: string, requires: string, more: string): string => `
[build-system]
requires = [${requires}]
build-backend = "${backEnd}"
[project]
name = "demo"
version = "1.2.0"
description = "A demonstration"
requires-python = ">=3.10"
${more}
`

const LOSING: readonly (readonly [name: string, pyproject: string])[] = [
  ['hatchling', project('hatchling.build', '"hatchling"', '')],
  ['setuptools', project('setuptools.build_meta', '"setuptools"', '[tool.setuptools]\ninclude-package-data = false\n')],
]

describeWith(['git', 'python3'], 'an sdist that would lose built files', () => {
  const withProject = async (pyproject: string): Promise<Tree> =>
    mergeTrees([await fixture('flit'), plantTree({ 'pyproject.toml': pyproject })])

  it.each(fullRun ? LOSING : LOSING.slice(0, 1))(
    'is refused with %s, and whole with the lines that it says',
    async (_name, pyproject) => {
      const { findings } = await proveSdistWheel(await released(await withProject(pyproject)), SDIST, WHEEL)
      const [first, second, ...lines] = (findings[0] ?? '').split(/\n\s*/)
      expect(first).toBe(`the wheel that it gives lacks ${BUILT.join(', ')}`)
      expect(second).toBe('write in pyproject.toml:')
      const mended = await released(await withProject(`${pyproject}${lines.join('\n')}\n`))
      expect(await proveSdistWheel(mended, SDIST, WHEEL)).toEqual({ findings: [] })
    },
  )
})
