import { describe, expect, it } from 'vitest'
import type { Frontend, Tools } from '../../scripts/lib/core/facts.ts'
import { chooseTools } from '../../scripts/lib/core/front-end-tools.ts'
import { isInWorkspace } from '../../scripts/lib/core/front-end-workspace.ts'

const WEB: Frontend = { dir: 'web', builder: 'npm', build: [], output: ['x'], expect: [], environment: {} }

function choose(files: Readonly<Record<string, string>>, frontend: Frontend = WEB): Tools {
  return chooseTools([frontend], () => (name) => files[name])
}
const node = (files: Readonly<Record<string, string>>): string | undefined => choose(files).node['web']
const manager = (files: Readonly<Record<string, string>>): string | undefined => choose(files).managers['web']
const manifest = (value: unknown): { 'package.json': string } => ({ 'package.json': JSON.stringify(value) })

describe('Node for a front end', () => {
  it.each([
    ['22 where nothing is said', {}, '22.23.3'],
    ['the newest that engines allow', manifest({ engines: { node: '>=18 <21' } }), '20.20.2'],
    ['that of devEngines', manifest({ devEngines: { runtime: { name: 'node', version: '^20' } } }), '20.20.2'],
    [
      'that of one devEngine among several',
      manifest({ devEngines: { runtime: [{ name: 'bun' }, { name: 'node', version: '>=18 <19' }] } }),
      '18.20.8',
    ],
    ['the major of .nvmrc', { '.nvmrc': 'v18.17.1\n' }, '18.20.8'],
    ['the codename in .nvmrc', { '.nvmrc': 'lts/jod' }, '22.23.3'],
    ['the major of .node-version', { '.node-version': '24' }, '24.21.0'],
    ['the major of .tool-versions', { '.tool-versions': 'python 3.11\nnodejs 20.1.0\n' }, '20.20.2'],
    ['the major of a Dockerfile', { Dockerfile: 'FROM python:3.13\nFROM docker.io/node:18-slim AS web\n' }, '18.20.8'],
    [
      'that of a stage for the platform that builds',
      { Dockerfile: 'FROM --platform=$BUILDPLATFORM docker.io/node:24-slim AS web\n' },
      '24.21.0',
    ],
    ['what fits all of them', { ...manifest({ engines: { node: '>=18' } }), '.nvmrc': '20' }, '20.20.2'],
    [
      'what engines say where .nvmrc contradicts',
      { ...manifest({ engines: { node: '>=22' } }), '.nvmrc': '18' },
      '24.21.0',
    ],
    ['22 where .nvmrc says nothing that can be read', { '.nvmrc': 'stable' }, '22.23.3'],
  ])('is %s', (_, files, version) => {
    expect(node(files)).toBe(version)
  })

  it('is what slipway.yaml says before all others', () => {
    expect(choose({ '.nvmrc': '18' }, { ...WEB, node: '24' }).node).toEqual({ web: '24.21.0' })
  })

  it('is refused where Slipway has none, with the way out', () => {
    expect(() => node({ '.nvmrc': '12' })).toThrow(
      expect.objectContaining({
        code: 'FRONTEND_FAILED',
        message: 'web wants Node 12; Slipway has 18.20.8, 20.20.2, 22.23.3, 24.21.0',
        hint: 'Set `node` of this front end in slipway.yaml to one of them, if the front end can be built with it.',
      }),
    )
  })

  it('is not guessed from a package.json that is no JSON', () => {
    expect(() => node({ 'package.json': '{' })).toThrow('package.json of a front end is no JSON')
  })
})

describe('the package manager of a front end', () => {
  it.each([
    ['npm where nothing is said', {}, 'npm@10.9.9'],
    ['npm by its lock', { 'package-lock.json': '{}' }, 'npm@10.9.9'],
    ['pnpm 10 by its lock', { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" }, 'pnpm@10.34.9'],
    ['pnpm 8 by its lock', { 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" }, 'pnpm@8.15.9'],
    ['yarn 1 by its lock', { 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn@1.22.22'],
    ['exactly what packageManager says', manifest({ packageManager: 'pnpm@9.1.4+sha512.abc' }), 'pnpm@9.1.4'],
    ['what the workspace says', { '/package.json': '{ "packageManager": "yarn@1.22.19" }' }, 'yarn@1.22.19'],
    [
      'what its own package.json says before the workspace',
      { ...manifest({ packageManager: 'pnpm@8.1.0' }), '/package.json': '{ "packageManager": "yarn@1.22.19" }' },
      'pnpm@8.1.0',
    ],
    [
      'the newest that devEngines allow',
      manifest({ devEngines: { packageManager: { name: 'npm', version: '11' } } }),
      'npm@11.21.2',
    ],
  ])('is %s', (_, files, expected) => {
    expect(manager(files)).toBe(expected)
  })

  it.each([
    ['yarn berry by its lock', { 'yarn.lock': '__metadata:\n  version: 8\n' }, 'yarn >=2; Slipway has 1.22.22'],
    ['yarn berry by package.json', manifest({ packageManager: 'yarn@4.1.0' }), 'yarn 4.1.0; Slipway has 1.22.22'],
    ['a pnpm newer than all known', manifest({ packageManager: 'pnpm@12.0.1' }), 'pnpm 12.0.1; Slipway has 7'],
    ['another one', manifest({ packageManager: 'bun@1.2.0' }), 'bun, which Slipway cannot run'],
  ])('is refused by name, with the way out: %s', (_, files, wanted) => {
    const hint = expect.stringMatching(/pnpm import|packageManager/)
    const message = expect.stringContaining(`web wants ${wanted}`)
    expect(() => manager(files)).toThrow(expect.objectContaining({ code: 'FRONTEND_FAILED', message, hint }))
  })

  it.each([
    ['without lock', manifest({}), ['web']],
    [
      'with the lock of another package manager',
      { ...manifest({ packageManager: 'pnpm@9.1.4' }), 'yarn.lock': '' },
      ['web'],
    ],
    ['with its lock', { ...manifest({}), 'package-lock.json': '{}' }, undefined],
    ['without packages', {}, undefined],
  ])('is told to be unlocked or not: %s', (_, files, unlocked) => {
    expect(choose(files).unlocked).toEqual(unlocked)
  })

  it('is refused where Slipway has none of that major', () => {
    const old = manifest({ devEngines: { packageManager: { name: 'npm', version: '6' } } })
    expect(() => manager(old)).toThrow('web wants npm 6; Slipway has 8.19.4, 9.9.4, 10.9.9, 11.21.2')
  })
})

describe('a workspace at the root', () => {
  const holds = (dir: string, root: Readonly<Record<string, string>>): boolean =>
    isInWorkspace(dir, (name) => root[name])

  it.each([
    ['packages/ui', { 'package.json': '{"workspaces": ["packages/*"]}' }, true],
    ['ui', { 'package.json': '{"workspaces": {"packages": ["./ui/"]}}' }, true],
    ['deep/a/b', { 'pnpm-workspace.yaml': 'packages: ["deep/**", "!deep/a/c"]' }, true],
    ['deep/a/c', { 'pnpm-workspace.yaml': 'packages: ["deep/**", "!deep/a/c"]' }, false],
    ['ui', { 'package.json': '{"workspaces": ["packages/*"]}' }, false],
    ['ui', { 'package.json': '{}', 'pnpm-workspace.yaml': 'onlyBuiltDependencies: [x]' }, false],
    ['.', { 'package.json': '{"workspaces": ["**"]}' }, false],
  ])('holds %s by %j: %s', (dir, root, expected) => {
    expect(holds(dir, root)).toBe(expected)
  })
})
