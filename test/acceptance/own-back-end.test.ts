import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeApp } from '../../scripts/app/app.ts'
import { UV_VERSION } from '../../scripts/lib/core/tool-versions.ts'
import type { TreeListing } from '../../scripts/lib/core/tree.ts'
import { cacheFolder, type Stage } from '../../scripts/lib/io/stage.ts'
import { saveTree } from '../../scripts/lib/io/tree-files.ts'
import { sampleFacts } from '../support/facts.ts'
import { testStage } from '../support/stage.ts'
import { describeWith } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'

const tools = { node: {}, managers: {}, uv: UV_VERSION }
const python = { ...sampleFacts().python, backend: 'own', translations: [] } as const
const paths = (stage: Stage, name: string): string[] => {
  const listing: TreeListing = JSON.parse(readFileSync(join(stage.out, `${name}.json`), 'utf8'))
  return listing.files.map(({ path }) => path)
}

/** The app stage over a project that setuptools builds. */
async function built(pyproject: string, umask = 0o022): Promise<Stage> {
  const { stage } = await testStage({ python, tools, frontends: [] })
  const source = { 'pyproject.toml': pyproject, 'demo/__init__.py': '', 'demo/page.html': '<p>', 'notes.txt': '' }
  await saveTree(stage.out, 'source', plantTree(source))
  const before = process.umask(umask)
  try {
    await makeApp({ ...stage, cache: cacheFolder() })
  } finally {
    process.umask(before)
  }
  return stage
}

const SCM = `
[build-system]
requires = ["setuptools>=64", "setuptools_scm>=8"]
build-backend = "setuptools.build_meta"
[tool.setuptools_scm]
[tool.setuptools.packages.find]
include = ["demo*"]
[project]
name = "demo"
dynamic = ["version"]
`

describeWith(['git', 'python3'], "a project's own back end", () => {
  it('gets the version of the plan and finds the files that git tracks', async () => {
    const stage = await built(SCM)
    const info = 'demo-1.2.0.dist-info'
    expect(paths(stage, 'app')).toEqual([
      ...['METADATA', 'WHEEL', 'top_level.txt'].map((name) => `${info}/${name}`),
      'demo/__init__.py',
      'demo/page.html',
    ])
    expect(paths(stage, 'sdist')).toContain('demo/page.html')
    expect(paths(stage, 'sdist').filter((path) => path.startsWith('.git/'))).toEqual([])
  })

  it('gives the same trees under another umask', async () => {
    const [one, two] = [await built(SCM), await built(SCM, 0o077)]
    for (const name of ['app.json', 'sdist.json']) {
      expect(readFileSync(join(two.out, name), 'utf8')).toBe(readFileSync(join(one.out, name), 'utf8'))
    }
  })

  it('says which requirement of a back end is not pinned', async () => {
    const other = SCM.replace('"setuptools_scm>=8"', '"scikit-build-core"')
    const error = await built(other).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'COMMAND_FAILED', message: "the project's own build back end failed" })
    expect((error as { cause: { tail: string } }).cause.tail).toContain('scikit-build-core')
  })
})
