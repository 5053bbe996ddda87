import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import type { Frontend } from '../lib/core/facts.ts'
import type { Command } from '../lib/core/format.ts'
import { lackOfLock } from '../lib/core/front-end-manager.ts'
import type { ManagerName } from '../lib/core/tool-versions.ts'
import { npmRegistry, type Registry } from '../lib/io/network.ts'
import type { Task } from '../lib/io/report.ts'
import type { Stage } from '../lib/io/stage.ts'
import { findLock, type LockPlace } from './lock-place.ts'
import { assertLockPinned } from './lock-scan.ts'
import { explainManager } from './manager-errors.ts'
import { PACKAGE_MANAGERS } from './managers.ts'
import { frontendEnvironment, installTools, plannedTools } from './toolchain.ts'
import type { Workshop } from './workshop.ts'
import { throughRegistry } from './yarn-lock.ts'

/** Installs as locked, then builds, with nothing but the planned tools in sight. */
export async function runManager(stage: Stage, frontend: Frontend, workshop: Workshop, task: Task): Promise<void> {
  const { dir, builder } = frontend
  const { manager } = plannedTools(stage, frontend)
  const project = join(workshop.folder, 'project')
  const lock = await findLock(project, dir, manager)
  if (lock === undefined && frontend.install === undefined) throw unlocked(dir, manager)
  if (lock !== undefined && frontend.install === undefined) await assertLockPinned(project, lock)
  await installTools(stage, frontend, workshop)
  const env = await frontendEnvironment(stage, frontend, workshop)
  const spoken = async (at: string, words: readonly string[], what: string, more = {}): Promise<void> => {
    task.update(`${manager} ${words.join(' ')}`)
    const command: Command = [`${workshop.place}/bin/${manager}`, ...words]
    const options = { env: { ...env, ...more }, onLine: (line: string): void => task.update(line) }
    await workshop.run(join('project', at), command, options).catch((error) => {
      throw explainManager(error, { dir, what, manager, lock: lock?.path })
    })
  }
  const registry = await npmRegistry()
  // A private registry's password is for installing alone, not for what builds.
  const install = (): Promise<void> =>
    spoken(
      lock?.dir ?? dir,
      frontend.install ?? PACKAGE_MANAGERS[manager].frozen,
      'installing its packages',
      PACKAGE_MANAGERS[manager].registry(registry),
    )
  await keepingLock(stage, frontend, project, lock, () =>
    manager === 'yarn' ? withYarn(workshop, lock, registry, install) : install(),
  )
  if (builder === 'npm') await spoken(dir, frontend.build, 'its build')
}

function unlocked(dir: string, manager: ManagerName): ReleaseError {
  const { message, hint } = lackOfLock(dir, manager)
  return new ReleaseError('FRONTEND_FAILED', message, { hint })
}

/** Installs, and tells loudly where no lock decided what was installed. */
async function keepingLock(
  { report }: Stage,
  { dir, install }: Frontend,
  project: string,
  lock: LockPlace | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const read = async (): Promise<string> => (lock === undefined ? '' : readFile(join(project, lock.path), 'utf8'))
  const before = await read()
  await work()
  if (lock === undefined) {
    report.notice(
      `${dir}: no lock pins its packages: taken as the registry has them today, another day gives other bytes; publishing wants a lock`,
    )
  } else if (install !== undefined && (await read()) !== before) {
    report.notice(
      `${dir}: installing changed ${lock.path}, which is out of step with package.json: another day may give other bytes`,
    )
  }
}

/** What yarn 1 takes from no environment: the registry of locked packages, and its login; both are gone afterwards. */
async function withYarn(
  { folder }: Workshop,
  lock: LockPlace | undefined,
  { url, headers }: Registry,
  work: () => Promise<void>,
): Promise<void> {
  const path = lock === undefined ? undefined : join(folder, 'project', lock.path)
  const text = path === undefined ? '' : await readFile(path, 'utf8')
  const asked = throughRegistry(text, url)
  if (path !== undefined) await writeFile(path, asked)
  const login = join(folder, 'home', '.npmrc')
  const { authorization } = headers
  const words = authorization?.replace('Basic ', '')
  if (words !== undefined) {
    await writeFile(login, `${url.replace(/^https?:/, '')}/:_auth=${words}\nalways-auth=true\n`, { mode: 0o600 })
  }
  await work().finally(() => rm(login, { force: true }))
  if (path !== undefined && (await readFile(path, 'utf8')) === asked) await writeFile(path, text)
}
