import { maxSatisfying, validRange } from 'semver'
import { ReleaseError } from './error.ts'
import type { Frontend, Tools } from './facts.ts'
import { chooseManager, isLocked } from './front-end-manager.ts'
import { type FrontendFiles, LOCK_FILES, type Manifest, ROOT_MANIFEST, readManifest } from './front-end-workspace.ts'
import { DEFAULT_NODE, NODE_VERSIONS, UV_VERSION } from './tool-versions.ts'

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
    const manifests = ['package.json', ROOT_MANIFEST].map((name) => readManifest(files(name)))
    const node = chooseNode(frontend, files, manifests)
    const manager = chooseManager(frontend.dir, files, manifests)
    return { dir: frontend.dir, node, manager, locked: isLocked(manager, files) }
  })
  const unlocked = chosen.filter(({ locked }) => !locked).map(({ dir }) => dir)
  return {
    node: Object.fromEntries(chosen.map(({ dir, node }) => [dir, node])),
    managers: Object.fromEntries(chosen.map(({ dir, manager }) => [dir, manager])),
    ...(unlocked.length === 0 ? {} : { unlocked }),
    uv: UV_VERSION,
  }
}

// Codenames of https://github.com/nodejs/release
const LTS_NAMES: Readonly<Record<string, string>> = { hydrogen: '18', iron: '20', jod: '22', krypton: '24' }

/** Every range that a front end states, the most binding first. */
function nodeRanges(files: FrontendFiles, manifests: readonly Manifest[]): readonly string[] {
  const runtimes = manifests.flatMap(({ devEngines }) => devEngines?.runtime ?? [])
  const stated = [
    ...manifests.map(({ engines }) => engines?.['node']),
    ...runtimes.map(({ name, version }) => (name === 'node' ? version : undefined)),
    majorOf(files('.nvmrc')),
    majorOf(files('.node-version')),
    majorOf(/^nodejs\s+(\S+)/m.exec(files('.tool-versions') ?? '')?.[1]),
    ...manifests.map(({ volta }) => majorOf(volta?.['node'])),
    majorOf(/^FROM\s+(?:--\S+\s+)*(?:\S+\/)?node:(\d+)/im.exec(files('Dockerfile') ?? '')?.[1]),
  ]
  return stated.filter((range) => range !== undefined && validRange(range) !== null) as readonly string[]
}

/** The major of an exact version: the table holds the newest of each. */
function majorOf(text: string | undefined): string | undefined {
  const word = text?.trim().toLowerCase()
  return LTS_NAMES[word?.replace(/^lts\//, '') ?? ''] ?? /^v?(\d+)/.exec(word ?? '')?.[1]
}

function chooseNode(frontend: Frontend, files: FrontendFiles, manifests: readonly Manifest[]): string {
  if (frontend.node !== undefined) return shipped(frontend.dir, frontend.node)
  const ranges = nodeRanges(files, manifests)
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
