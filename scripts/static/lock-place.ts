import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isInWorkspace, LOCK_FILES, LOCKS_OF, WORKSPACE_FILES } from '../lib/core/front-end-workspace.ts'
import type { ManagerName } from '../lib/core/tool-versions.ts'

/** The lock that a front end is installed by. */
export interface LockPlace {
  readonly dir: string // where to install: the front end's folder, or the root of its workspace
  readonly path: string // relative to the project
}

/** The package manager's lock in the front end's folder, or at the project's root where that is its workspace. */
export async function findLock(project: string, dir: string, manager: ManagerName): Promise<LockPlace | undefined> {
  const own = await present(project, dir, LOCK_FILES)
  const root = new Map<string, string>()
  for (const name of WORKSPACE_FILES) {
    const text = await readFile(join(project, name), 'utf8').catch(() => undefined)
    if (text !== undefined) root.set(name, text)
  }
  const place = own.length === 0 && isInWorkspace(dir, (name) => root.get(name)) ? '.' : dir
  const [file] = await present(project, place, LOCKS_OF[manager])
  return file === undefined ? undefined : { dir: place, path: place === '.' ? file : `${place}/${file}` }
}

async function present(project: string, dir: string, names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(names.map((name) => stat(join(project, dir, name)).catch(() => undefined)))
  return names.filter((_, index) => found[index] !== undefined)
}
