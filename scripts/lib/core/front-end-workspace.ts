import { load } from 'js-yaml'
import picomatch from 'picomatch'
import { ReleaseError } from './error.ts'
import type { ManagerName } from './tool-versions.ts'

/** Reads a file of a front end's folder, or of one above; undefined where there is none. */
export type FrontendFiles = (name: string) => string | undefined

/** Locks of package managers, in the order in which they are believed. */
export const LOCKS_OF: Readonly<Record<ManagerName, readonly string[]>> = {
  npm: ['npm-shrinkwrap.json', 'package-lock.json'],
  pnpm: ['pnpm-lock.yaml'],
  yarn: ['yarn.lock'],
}

/** All of them. */
export const LOCK_FILES: readonly string[] = Object.values(LOCKS_OF).flat()

/** Files at the project's root that make it a workspace. */
export const WORKSPACE_FILES: readonly string[] = ['package.json', 'pnpm-workspace.yaml']

/** The name under which the package.json at the root is read, where that speaks for a front end. */
export const ROOT_MANIFEST = '/package.json'

/** A runtime or package manager that a package.json asks for. */
export type DevEngine = { readonly name?: string; readonly version?: string }

/** What a package.json may say of tools and workspaces. */
export interface Manifest {
  readonly engines?: Readonly<Record<string, string>>
  readonly volta?: Readonly<Record<string, string>>
  readonly packageManager?: string
  // One or several, https://docs.npmjs.com/cli/v11/configuring-npm/package-json#devengines
  readonly devEngines?: {
    readonly runtime?: DevEngine | readonly DevEngine[]
    readonly packageManager?: DevEngine | readonly DevEngine[]
  }
  readonly workspaces?: readonly string[] | { readonly packages?: readonly string[] }
}

/** A package.json; empty where there is none. */
export function readManifest(text: string | undefined): Manifest {
  if (text === undefined) return {}
  try {
    return JSON.parse(text) as Manifest
  } catch (cause) {
    const hint = 'Repair package.json until `npm pkg get name` reads it.'
    throw new ReleaseError('FRONTEND_FAILED', 'package.json of a front end is no JSON', { hint, cause })
  }
}

/** Whether the project's root is a workspace that holds the front end (pnpm-workspace.yaml, `workspaces`). */
export function isInWorkspace(dir: string, rootFile: FrontendFiles): boolean {
  if (dir === '.') return false
  const { workspaces } = readManifest(rootFile('package.json'))
  const named = workspaces === undefined || 'length' in workspaces ? workspaces : workspaces.packages
  const globs = [...(named ?? []), ...pnpmPackages(rootFile('pnpm-workspace.yaml'))].map((glob) =>
    glob.replace(/^(!?)\.\//, '$1').replace(/\/$/, ''),
  )
  const left = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
  const held = globs.filter((glob) => !glob.startsWith('!'))
  return held.length > 0 && picomatch(held, { ignore: left })(dir)
}

function pnpmPackages(text: string | undefined): readonly string[] {
  const value = text === undefined ? undefined : (load(text) as { readonly packages?: unknown } | null | undefined)
  return Array.isArray(value?.packages) ? value.packages.filter((glob) => typeof glob === 'string') : []
}
