import { maxSatisfying, validRange } from 'semver'
import { ReleaseError } from './error.ts'
import type { Frontend, Tools } from './facts.ts'
import { DEFAULT_NODE, MANAGER_VERSIONS, NODE_VERSIONS, UV_VERSION } from './tool-versions.ts'

type Manager = keyof typeof MANAGER_VERSIONS

/** Reads a file of a front end's folder, or of one above; undefined where there is none. */
export type FrontendFiles = (name: string) => string | undefined

/** Locks of package managers, in the order in which they are believed. */
export const LOCK_FILES: readonly string[] = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock']

/** Files that say which Node or package manager a front end wants. */
export const TOOL_FILES: readonly string[] = [
  'package.json',
  '.nvmrc',
  '.node-version',
  '.tool-versions',
  'Dockerfile',
  ...LOCK_FILES,
]

/** Exact versions of the tools for all front ends; `filesOf` gives what lies in a front end's folder. */
export function chooseTools(frontends: readonly Frontend[], filesOf: (dir: string) => FrontendFiles): Tools {
  const chosen = frontends.map((frontend) => {
    const files = filesOf(frontend.dir)
    const manifest = readManifest(files('package.json'))
    const node = chooseNode(frontend, files, manifest)
    return { dir: frontend.dir, node, manager: chooseManager(frontend, files, manifest) }
  })
  return {
    node: Object.fromEntries(chosen.map(({ dir, node }) => [dir, node])),
    managers: Object.fromEntries(chosen.map(({ dir, manager }) => [dir, manager])),
    uv: UV_VERSION,
  }
}

interface Manifest {
  readonly engines?: Readonly<Record<string, string>>
  readonly volta?: Readonly<Record<string, string>>
  readonly packageManager?: string
  readonly devEngines?: { readonly runtime?: DevEngine; readonly packageManager?: DevEngine }
}
type DevEngine = { readonly name?: string; readonly version?: string }

function readManifest(text: string | undefined): Manifest {
  if (text === undefined) return {}
  try {
    return JSON.parse(text) as Manifest
  } catch (cause) {
    throw new ReleaseError('FRONTEND_FAILED', 'package.json of a front end is no JSON', { cause })
  }
}

// Codenames of https://github.com/nodejs/release
const LTS_NAMES: Readonly<Record<string, string>> = { hydrogen: '18', iron: '20', jod: '22', krypton: '24' }

/** Every range that a front end states, the most binding first. */
function nodeRanges(files: FrontendFiles, manifest: Manifest): readonly string[] {
  const runtime = manifest.devEngines?.runtime
  const stated = [
    manifest.engines?.['node'],
    runtime?.name === 'node' ? runtime.version : undefined,
    majorOf(files('.nvmrc')),
    majorOf(files('.node-version')),
    majorOf(/^nodejs\s+(\S+)/m.exec(files('.tool-versions') ?? '')?.[1]),
    majorOf(manifest.volta?.['node']),
    majorOf(/^FROM\s+(?:\S+\/)?node:(\d+)/im.exec(files('Dockerfile') ?? '')?.[1]),
  ]
  return stated.filter((range) => range !== undefined && validRange(range) !== null) as readonly string[]
}

/** The major of an exact version: the table holds the newest of each. */
function majorOf(text: string | undefined): string | undefined {
  const word = text?.trim().toLowerCase()
  return LTS_NAMES[word?.replace(/^lts\//, '') ?? ''] ?? /^v?(\d+)/.exec(word ?? '')?.[1]
}

function chooseNode(frontend: Frontend, files: FrontendFiles, manifest: Manifest): string {
  if (frontend.node !== undefined) return shipped(frontend.dir, frontend.node)
  const ranges = nodeRanges(files, manifest)
  const all = maxSatisfying(NODE_VERSIONS, ranges.join(' ')) ?? undefined
  const [first = DEFAULT_NODE] = ranges
  return ranges.length > 0 && all !== undefined ? all : shipped(frontend.dir, first)
}

function shipped(dir: string, range: string): string {
  const version = maxSatisfying(NODE_VERSIONS, range)
  if (version !== null) return version
  throw new ReleaseError('FRONTEND_FAILED', `${dir} wants Node ${range}; Slipway has ${NODE_VERSIONS.join(', ')}`, {
    hint: 'Set `node` of this front end in slipway.yaml to one of them, if the front end can be built with it.',
  })
}

function chooseManager(frontend: Frontend, files: FrontendFiles, manifest: Manifest): string {
  const stated = manifest.packageManager ?? statedManager(manifest.devEngines?.packageManager)
  const [, name, version] = /^(npm|pnpm|yarn)@(\d[^+]*)/.exec(stated ?? '') ?? []
  if (name !== undefined && version !== undefined)
    return `${name}@${exactManager(frontend.dir, name as Manager, version)}`
  const locked = LOCKS.find((lock) => files(lock.file) !== undefined)
  const range = locked?.range(files(locked.file) ?? '') ?? DEFAULT_NPM
  const manager = locked?.manager ?? 'npm'
  return `${manager}@${exactManager(frontend.dir, manager, range)}`
}

function statedManager(engine: DevEngine | undefined): string | undefined {
  return engine?.name === undefined || engine.version === undefined ? undefined : `${engine.name}@${engine.version}`
}

function exactManager(dir: string, manager: Manager, range: string): string {
  if (/^\d+\.\d+\.\d+$/.test(range)) return range
  const version = maxSatisfying(MANAGER_VERSIONS[manager], range)
  if (version !== null) return version
  const known = MANAGER_VERSIONS[manager].join(', ')
  throw new ReleaseError('FRONTEND_FAILED', `${dir} wants ${manager} ${range}; Slipway has ${known}`, {
    hint: 'Write an exact version into `packageManager` of its package.json.',
  })
}

const DEFAULT_NPM = '10' // runs on every Node of the table

// pnpm: https://github.com/pnpm/spec/tree/master/lockfile; yarn 1 writes "yarn lockfile v1", later ones `__metadata`.
const LOCKS: readonly {
  readonly file: string
  readonly manager: Manager
  range(text: string): string
}[] = [
  { file: 'package-lock.json', manager: 'npm', range: () => DEFAULT_NPM },
  { file: 'npm-shrinkwrap.json', manager: 'npm', range: () => DEFAULT_NPM },
  { file: 'pnpm-lock.yaml', manager: 'pnpm', range: pnpmOfLock },
  { file: 'yarn.lock', manager: 'yarn', range: (text) => (text.includes('__metadata:') ? '4' : '1') },
]

function pnpmOfLock(text: string): string {
  const lockfile = /^lockfileVersion:\s*'?(\d+)/m.exec(text)?.[1] ?? '9'
  return { '5': '7', '6': '8' }[lockfile] ?? '10'
}
