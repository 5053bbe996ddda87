import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeApp } from '../../scripts/app/app.ts'
import { formats } from '../../scripts/formats.ts'
import { UV_VERSION } from '../../scripts/lib/core/tool-versions.ts'
import { writeJson } from '../../scripts/lib/io/files.ts'
import { cacheFolder, type Stage } from '../../scripts/lib/io/stage.ts'
import { saveTree, writeTree } from '../../scripts/lib/io/tree-files.ts'
import { buildFormat } from '../../scripts/lib/io/workbench.ts'
import { proveSdistWheel } from '../../scripts/prove/sdist-wheel.ts'
import { sampleFacts } from '../support/facts.ts'
import { testStage } from '../support/stage.ts'
import { describeWith, fullRun } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'

const SDIST = 'demo-1.2.0.tar.gz'
const WHEEL = 'demo-1.2.0-py3-none-any.whl'

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

/** An sdist and a wheel of a project with its package below src, whose built files git ignores. */
async function released(pyproject: string): Promise<Stage> {
  const python = { ...sampleFacts().python, root: 'src', translations: [], backend: 'own' as const }
  const { collect: _, ...plain } = python
  const tools = { node: {}, managers: {}, uv: UV_VERSION }
  const { stage } = await testStage({ python: plain, tools, frontends: [] })
  const pypi = formats.find(({ name }) => name === 'pypi')
  if (pypi === undefined) throw new Error('there is no format pypi')
  const config = pypi.schema.parse({ name: 'demo' })
  const planned = { name: 'pypi', needs: [], config, outputs: pypi.outputs(stage.plan.facts, config) }
  const whole = { ...stage, cache: cacheFolder(), plan: { ...stage.plan, formats: [planned] } }
  const source = { 'pyproject.toml': pyproject, '.gitignore': 'built/\n', 'README.md': '# demo\n', LICENSE: 'free\n' }
  await saveTree(stage.out, 'source', plantTree({ ...source, 'src/demo/__init__.py': '"""Demo"""\n' }))
  await makeApp(whole)
  const bundle = plantTree({ 'demo/static/built/app.js': 'app()\n', 'demo/static/built/deep/.vite/a.json': '{}\n' })
  await writeTree(join(stage.out, 'static/bundle'), bundle)
  await writeTree(join(stage.out, 'static/collected'), plantTree({}))
  await writeJson(join(stage.out, 'static.json'), { schema: 1, bundle: bundle.files, collected: [] })
  await buildFormat(whole, pypi, planned)
  return whole
}

const HATCH = '[tool.hatch.build]\nartifacts = ["/src/demo/static/built/**"]\n'
const DATA = '[tool.setuptools.package-data]\ndemo = ["static/**/*", "static/**/.*/*"]\n'

const KEEPING: readonly (readonly [name: string, pyproject: string])[] = [
  ['setuptools', project('setuptools.build_meta', '"setuptools"', DATA)],
  ['hatchling', project('hatchling.build', '"hatchling"', HATCH)],
  ['flit', project('flit_core.buildapi', '"flit_core"', '')],
  ['uv_build', project('uv_build', '"uv_build"', '')],
  ['poetry', project('poetry.core.masonry.api', '"poetry-core"', '')],
  ['pdm', project('pdm.backend', '"pdm-backend"', '')],
]

const CAREFUL = '[tool.setuptools]\ninclude-package-data = false\n'
const LOSING: typeof KEEPING = [
  ['hatchling', project('hatchling.build', '"hatchling"', '')],
  ['setuptools', project('setuptools.build_meta', '"setuptools"', CAREFUL)],
]

describeWith(['git', 'python3'], 'the sdist of a project with its packages below src', () => {
  it.each(fullRun ? KEEPING : KEEPING.slice(0, 1))(
    'gives the released wheel again, offline and without Node: %s',
    async (_name, pyproject) => {
      const stage = await released(pyproject)
      const elsewhere = fullRun ? { ...stage, cache: join(stage.out, 'cache') } : stage // as on another machine
      expect(await proveSdistWheel(elsewhere, SDIST, WHEEL)).toEqual({ findings: [] })
    },
  )

  it.each(fullRun ? LOSING : LOSING.slice(0, 1))(
    'is refused where %s would lose built files, and whole with the lines that it says',
    async (_name, pyproject) => {
      const { findings } = await proveSdistWheel(await released(pyproject), SDIST, WHEEL)
      const [first, second, ...lines] = (findings[0] ?? '').split(/\n\s*/)
      expect(first).toBe('the wheel that it gives lacks demo/static/built/app.js, demo/static/built/deep/.vite/a.json')
      expect(second).toBe('write in pyproject.toml:')
      const mended = await released(`${pyproject}${lines.join('\n')}\n`)
      expect(await proveSdistWheel(mended, SDIST, WHEEL)).toEqual({ findings: [] })
    },
  )
})
