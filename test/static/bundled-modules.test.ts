import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mergeModules, renderModuleLicenses } from '../../scripts/lib/core/bundled-modules.ts'
import type { Frontend } from '../../scripts/lib/core/facts.ts'
import { writeTree } from '../../scripts/lib/io/tree-files.ts'
import { bundledModules } from '../../scripts/static/bundled-modules.ts'
import { scratch } from '../support/stage.ts'
import { plantTree } from '../support/trees.ts'

const UI: Frontend = { dir: 'ui', builder: 'npm', build: [], output: [], expect: [], environment: {} }
const PNPM = 'ui/node_modules/.pnpm'

const manifest = (name: string, more: object = {}): string =>
  JSON.stringify({ name, version: '1.0.0', license: 'MIT', ...more })

// One package is in the bundle for each reason there is, and each of the others would be a reason to name too many.
const FILES: Readonly<Record<string, string>> = {
  'ui/package.json': manifest('ui', {
    dependencies: { direct: '1', '@types/direct': '1', machine: '1', absent: '1' },
    devDependencies: { widget: '1', bundler: '1', types: '1', '@scope/kit': '1', tested: '1', built: '1' },
    scripts: { build: 'node make.js' },
  }),
  'ui/src/app.ts': "import { a } from 'widget/part'\nimport type { T } from 'types'\nimport './own'\n",
  'ui/src/app.css': "@import '~@scope/kit/reset.css';\n",
  'ui/src/app.test.ts': "import 'tested'\n",
  'ui/vite.config.js': "import 'bundler'\n",
  'ui/make.js': "import 'built'\n",
  'ui/out/app.js.map': '{"sources":["../node_modules/.pnpm/x@1/node_modules/mapped/a.js","../src/app.ts"]}',
  'ui/node_modules/direct/package.json': manifest('direct', {
    license: undefined,
    licenses: [{ type: 'MIT' }, { type: 'Apache-2.0' }],
    dependencies: { deep: '1' },
    author: { name: 'Ada', email: 'ada@a.example' },
    repository: { url: 'git+https://a.example/direct.git' },
  }),
  'ui/node_modules/direct/LICENSE-MIT': 'Copyright (c) 2020 Ada\r\n\fMIT text\r\n',
  'ui/node_modules/direct/license.js': 'not a licence\n',
  'ui/node_modules/direct/node_modules/deep/package.json': manifest('deep', { version: '2.0.0' }),
  'ui/node_modules/deep/package.json': manifest('deep'),
  'ui/node_modules/machine/package.json': manifest('machine', { os: ['linux'] }),
  'ui/node_modules/@types/direct/package.json': manifest('@types/direct'),
  ...Object.fromEntries(
    ['bundler', 'types', 'tested', 'built', '@scope/kit', 'mapped'].map((name) => [
      `ui/node_modules/${name}/package.json`,
      manifest(name),
    ]),
  ),
  [`${PNPM}/widget@1/node_modules/widget/package.json`]: manifest('widget', { peerDependencies: { peer: '1' } }),
  [`${PNPM}/widget@1/node_modules/widget/COPYING`]: 'Widget terms\n',
  [`${PNPM}/widget@1/node_modules/peer/package.json`]: manifest('peer'),
}

async function planted() {
  const project = join(await scratch(), 'project')
  await mkdir(project, { recursive: true })
  await writeTree(project, plantTree(FILES))
  await symlink('.pnpm/widget@1/node_modules/widget', join(project, 'ui/node_modules/widget'))
  return mergeModules([await bundledModules(project, UI, ['ui/out/app.js.map'])])
}

describe('the modules of a bundle', () => {
  it('are what production, imports and source maps name, and what these depend on', async () => {
    const names = (await planted()).map(({ name, version }) => `${name} ${version}`)
    expect(names).toEqual([
      '@scope/kit 1.0.0',
      'deep 2.0.0',
      'direct 1.0.0',
      'mapped 1.0.0',
      'peer 1.0.0',
      'widget 1.0.0',
    ])
  })

  it('bring what they say of their licence, with its text', async () => {
    const modules = await planted()
    expect(modules.find(({ name }) => name === 'direct')).toEqual({
      name: 'direct',
      version: '1.0.0',
      license: 'MIT OR Apache-2.0',
      author: 'Ada <ada@a.example>',
      homepage: 'https://a.example/direct',
      frontends: ['ui'],
      texts: [{ file: 'LICENSE-MIT', text: 'Copyright (c) 2020 Ada\nMIT text\n' }],
    })
    expect(modules.find(({ name }) => name === 'deep')?.texts).toEqual([])
  })

  it('are none where a front end has no package.json', async () => {
    expect(await bundledModules(await scratch(), UI, [])).toEqual([])
  })

  it('of several front ends are named once, each with its text once', async () => {
    const one = await planted()
    const two = one.map((module) => ({ ...module, frontends: ['admin'] }))
    const both = mergeModules([one, two])
    expect(both).toHaveLength(one.length)
    expect(both[0]?.frontends).toEqual(['admin', 'ui'])
    const page = renderModuleLicenses('Satchel', both)
    expect(page.match(/Widget terms/g)).toHaveLength(1)
    expect(page.match(/No licence file was found in the package\./g)).toHaveLength(1)
    for (const { name, version } of one) expect(page).toContain(`${name} ${version}; `)
  })
})
