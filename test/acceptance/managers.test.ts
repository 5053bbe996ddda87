import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Frontend } from '../../scripts/lib/core/facts.ts'
import { chooseTools } from '../../scripts/lib/core/front-end-tools.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { cacheFolder, type Stage } from '../../scripts/lib/io/stage.ts'
import { saveTree } from '../../scripts/lib/io/tree-files.ts'
import { makeStatic } from '../../scripts/static/static.ts'
import { sampleFacts } from '../support/facts.ts'
import { testStage } from '../support/stage.ts'
import { fullRun } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'

const FRONTEND: Frontend = {
  dir: 'ui',
  builder: 'npm',
  build: ['run', 'build'],
  output: ['ui/out/**'],
  expect: [],
  environment: {},
}

// Leaves what it was built with, in a file that looks old; calls npm and Python too, as many scripts do.
const BUILD = `
const { execSync } = require('node:child_process')
const { mkdirSync, writeFileSync, realpathSync, utimesSync } = require('node:fs')
mkdirSync('out', { recursive: true })
const { version } = require(realpathSync('node_modules/nanoid') + '/package.json')
const agent = process.env.npm_config_user_agent.split(' ')[0]
const npm = execSync('npm --version', { encoding: 'utf8' }).trim()
const [python] = ['python', 'python3'].map((name) => execSync(name + ' -c "print(6 * 7)"', { encoding: 'utf8' }).trim())
writeFileSync('out/made.json', JSON.stringify({ nanoid: version, agent, npm, python }))
utimesSync('out/made.json', 1, 1)
`

const INTEGRITY = 'sha512-Ir/+ZpE9fDsNH0hQ3C68uyThDXzYcim2EqcZ8zn8Chtt1iylPT9xXJB0kPCnqzgcEGikO9RxSrh63MsmVCU7Fw=='

const manifest = (nanoid: string, more: object = {}): string =>
  JSON.stringify({
    name: 'ui',
    version: '1.0.0',
    dependencies: { nanoid },
    scripts: { build: 'node build.cjs' },
    ...more,
  })

const pnpmLock = (importer = '.'): string => `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  ${importer}:
    dependencies:
      nanoid:
        specifier: 5.1.5
        version: 5.1.5

packages:

  nanoid@5.1.5:
    resolution: {integrity: ${INTEGRITY}}
    engines: {node: ^18 || >=20}
    hasBin: true

snapshots:

  nanoid@5.1.5: {}
`

const YARN_LOCK = `# yarn lockfile v1


nanoid@5.1.5:
  version "5.1.5"
  resolved "https://registry.yarnpkg.com/nanoid/-/nanoid-5.1.5.tgz"
  integrity ${INTEGRITY}
`

const NPM_LOCK = JSON.stringify({
  name: 'ui',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: {
    '': { name: 'ui', version: '1.0.0', dependencies: { nanoid: '5.1.5' } },
    'node_modules/nanoid': {
      version: '5.1.5',
      resolved: 'https://registry.npmjs.org/nanoid/-/nanoid-5.1.5.tgz',
      integrity: INTEGRITY,
    },
  },
})

type Files = Readonly<Record<string, string>>

/** A static stage over a project of these files, with the tools that a plan would choose. */
async function project(
  files: Files,
  frontend: Frontend = FRONTEND,
): Promise<{ readonly stage: Stage; readonly notices: string[] }> {
  const all: Files = { 'ui/build.cjs': BUILD, ...files }
  const { collect: _, ...python } = sampleFacts().python
  const own = (name: string): string | undefined => all[name.startsWith('/') ? name.slice(1) : `ui/${name}`]
  const tools = chooseTools([frontend], () => (name) => own(name) ?? (name.includes('lock') ? all[name] : undefined))
  const { stage, notices } = await testStage({ frontends: [frontend], tools, python })
  await saveTree(stage.out, 'source', plantTree(all))
  await saveTree(stage.out, 'app', plantTree({ 'manage.py': '' }))
  return { stage: { ...stage, cache: cacheFolder() }, notices }
}

async function made(
  files: Files,
  frontend?: Frontend,
): Promise<{ readonly value: unknown; readonly notices: string[]; readonly listing: StaticListing }> {
  const { stage, notices } = await project(files, frontend)
  await makeStatic(stage, { twice: true })
  const listing: StaticListing = JSON.parse(readFileSync(join(stage.out, 'static.json'), 'utf8'))
  return {
    value: JSON.parse(readFileSync(join(stage.out, 'static/bundle/ui/out/made.json'), 'utf8')),
    notices,
    listing,
  }
}

const pnpm9 = { packageManager: 'pnpm@9.15.9' }
const workspace = { 'pnpm-workspace.yaml': 'packages: [ui]\n', 'pnpm-lock.yaml': pnpmLock('ui') }

type Fitting = readonly (readonly [name: string, agent: string, files: Files])[]

const MORE: Fitting = [
  ['pnpm 10', 'pnpm/10.34.9', { 'ui/package.json': manifest('5.1.5'), 'ui/pnpm-lock.yaml': pnpmLock() }],
  ['pnpm 9', 'pnpm/9.15.9', { 'ui/package.json': manifest('5.1.5', pnpm9), 'ui/pnpm-lock.yaml': pnpmLock() }],
]

const FITTING: Fitting = [
  ...(fullRun ? MORE : []),
  [
    'pnpm 10 from the root of its workspace',
    'pnpm/10.34.9',
    { 'ui/package.json': manifest('5.1.5'), 'package.json': '{ "private": true }', ...workspace },
  ],
  ['npm', 'npm/10.9.9', { 'ui/package.json': manifest('5.1.5'), 'ui/package-lock.json': NPM_LOCK }],
  ['yarn 1', 'yarn/1.22.22', { 'ui/package.json': manifest('5.1.5'), 'ui/yarn.lock': YARN_LOCK }],
]

describe('a front end with its own package manager', () => {
  it.each(FITTING)('is built as its lock says, twice the same: %s', async (_, agent, files) => {
    const { value, notices, listing } = await made(files)
    expect(value).toEqual({ nanoid: '5.1.5', agent, npm: '10.9.9', python: '42' })
    const text = expect.stringContaining('Copyright 2017 Andrey Sitnik')
    expect(listing.modules).toMatchObject([
      { name: 'nanoid', version: '5.1.5', license: 'MIT', frontends: ['ui'], texts: [{ file: 'LICENSE', text }] },
    ])
    expect(notices.filter((text) => !text.includes('no mount namespace'))).toEqual([])
  })

  it.each([
    ['npm', 'ui/package-lock.json', NPM_LOCK],
    ['pnpm', 'ui/pnpm-lock.yaml', pnpmLock()],
    ['yarn', 'ui/yarn.lock', YARN_LOCK],
  ])('is refused where its lock is out of step with package.json: %s', async (manager, path, lock) => {
    const { stage } = await project({ 'ui/package.json': manifest('5.1.4'), [path]: lock })
    await expect(makeStatic(stage, { twice: false })).rejects.toMatchObject({
      code: 'FRONTEND_FAILED',
      message: `ui: ${path} is out of step with package.json`,
      hint: `Update ${path} with \`${manager} install\` and commit it, or say in frontends.install how to install without it.`,
    })
  })

  it('is installed without lock, or against it, only by its own words and loudly', async () => {
    const own = { ...FRONTEND, install: ['install'] }
    const none = await project({ 'ui/package.json': manifest('5.1.5', { packageManager: 'yarn@1.22.22' }) }, own)
    await makeStatic(none.stage, { twice: false })
    expect(none.notices).toContainEqual(expect.stringContaining('ui: no lock pins its packages'))
    expect(none.stage.plan.facts.tools.unlocked).toEqual(['ui'])
    const stale = await project({ 'ui/package.json': manifest('5.1.4'), 'ui/yarn.lock': YARN_LOCK }, own)
    await makeStatic(stale.stage, { twice: false })
    expect(stale.notices).toContainEqual(expect.stringContaining('ui: installing changed ui/yarn.lock'))
  })

  it('is refused where it has no lock', async () => {
    const { stage } = await project({ 'ui/package.json': manifest('5.1.5', pnpm9) })
    await expect(makeStatic(stage, { twice: false })).rejects.toThrow('ui has no pnpm-lock.yaml')
  })
})
