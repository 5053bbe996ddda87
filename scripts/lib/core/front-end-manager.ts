import { major, maxSatisfying } from 'semver'
import { type Finding, ReleaseError } from './error.ts'
import type { Facts } from './facts.ts'
import { type DevEngine, type FrontendFiles, LOCK_FILES, LOCKS_OF, type Manifest } from './front-end-workspace.ts'
import { DEFAULT_NPM, MANAGER_VERSIONS, type ManagerName } from './tool-versions.ts'

/** The package manager that installs a front end, such as `pnpm@10.34.9`: as package.json says, else by its lock. */
export function chooseManager(dir: string, files: FrontendFiles, manifests: readonly Manifest[]): string {
  const stated = manifests
    .flatMap(({ packageManager, devEngines }) => [
      packageManager,
      ...[devEngines?.packageManager ?? []].flat().map(statedManager),
    ])
    .find((text) => text !== undefined)
  const [, name, version] = /^([\w-]+)@([^+]+)/.exec(stated ?? '') ?? []
  if (name !== undefined && version !== undefined) return `${name}@${exactManager(dir, known(dir, name), version)}`
  const file = LOCK_FILES.find((lock) => files(lock) !== undefined)
  const manager = MANAGERS.find((one) => LOCKS_OF[one].some((lock) => lock === file)) ?? 'npm'
  return `${manager}@${exactManager(dir, manager, RANGES[manager](files(file ?? '') ?? ''))}`
}

/** Whether a lock of that package manager pins the front end's packages, if it has any. */
export function isLocked(manager: string, files: FrontendFiles): boolean {
  const locks = MANAGERS.filter((one) => manager.startsWith(`${one}@`)).flatMap((one) => LOCKS_OF[one])
  return files('package.json') === undefined || locks.some((lock) => files(lock) !== undefined)
}

/** The front ends that nothing says how to install: no lock of their package manager, and no `install`. */
export function unlockedFrontends({ frontends, tools }: Pick<Facts, 'frontends' | 'tools'>): readonly Finding[] {
  return frontends.flatMap(({ dir, install }, index) => {
    if (install !== undefined || tools.unlocked?.includes(dir) !== true) return []
    const manager = MANAGERS.find((name) => tools.managers[dir]?.startsWith(`${name}@`)) ?? 'npm'
    return [{ path: ['frontends', index], ...lackOfLock(dir, manager) }]
  })
}

/** What is wrong with a front end without lock, and the way out. */
export function lackOfLock(dir: string, manager: ManagerName): { readonly message: string; readonly hint: string } {
  return {
    message: `${dir} has no ${LOCKS_OF[manager].at(-1)}`,
    hint: `Run \`${manager} install\` there and commit the lock, or say in frontends.install how to install without one.`,
  }
}

const MANAGERS: readonly ManagerName[] = ['npm', 'pnpm', 'yarn']

function statedManager({ name, version }: DevEngine): string | undefined {
  return name === undefined || version === undefined ? undefined : `${name}@${version}`
}

function known(dir: string, name: string): ManagerName {
  if (Object.hasOwn(MANAGER_VERSIONS, name)) return name as ManagerName
  throw new ReleaseError('FRONTEND_FAILED', `${dir} wants ${name}, which Slipway cannot run`, {
    hint: 'Commit a lock of npm, pnpm or yarn 1, and name that package manager in `packageManager`.',
  })
}

function exactManager(dir: string, manager: ManagerName, range: string): string {
  const versions = MANAGER_VERSIONS[manager]
  const newest = Math.max(...versions.map((version) => major(version)))
  if (/^\d+\.\d+\.\d+$/.test(range) && major(range) <= newest) return range
  const version = maxSatisfying(versions, range)
  if (version !== null) return version
  throw new ReleaseError('FRONTEND_FAILED', `${dir} wants ${manager} ${range}; Slipway has ${versions.join(', ')}`, {
    hint: HINTS[manager],
  })
}

const HINTS: Readonly<Record<ManagerName, string>> = {
  npm: 'Write an exact version into `packageManager` of its package.json.',
  pnpm: 'Write an exact version of one of these majors into `packageManager` of its package.json.',
  yarn: 'Only yarn 1 is supported: turn the lock into one of pnpm with `pnpm import`, commit that, and name pnpm in `packageManager`.',
}

// pnpm: https://github.com/pnpm/spec/tree/master/lockfile; yarn 1 writes "yarn lockfile v1", later ones `__metadata`.
const RANGES: Readonly<Record<ManagerName, (lock: string) => string>> = {
  npm: () => DEFAULT_NPM,
  pnpm: pnpmOfLock,
  yarn: (lock) => (/^__metadata:/m.test(lock) ? '>=2' : '1'),
}

function pnpmOfLock(text: string): string {
  const lockfile = /^lockfileVersion:\s*'?(\d+)/m.exec(text)?.[1] ?? '9'
  return { '5': '7', '6': '8' }[lockfile] ?? '10'
}
