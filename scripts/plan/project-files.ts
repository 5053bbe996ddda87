import { existsSync, globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { type Checkout, listCommitted, readCommitted } from '../lib/io/git.ts'
import type { Standing } from './standing.ts'

/** The project's files: those of the commit, or those that lie in the folder. */
export interface ProjectFiles {
  /** The text of a file; undefined where there is none. */
  read(path: string): Promise<string | undefined>
  /** Whether there is a file or folder. */
  has(path: string): boolean
  /** Whether a file matches a glob. */
  matches(glob: string): boolean
}

/** What a plan reads, by how the checkout stands. */
export async function openFiles(folder: string, { kind, checkout }: Standing): Promise<ProjectFiles> {
  return kind === 'git' && checkout !== undefined ? committedProject(checkout) : workingProject(folder)
}

/** From git objects; a file that the commit has and the clone lacks is CHECKOUT_REFUSED. */
async function committedProject(checkout: Checkout): Promise<ProjectFiles> {
  const paths = await listCommitted(checkout)
  const folders = new Set([...paths].flatMap(foldersOf))
  return {
    read: async (path) => (paths.has(path) ? readCommitted(checkout, path) : undefined),
    has: (path) => paths.has(path) || folders.has(path),
    matches: (glob) => {
      const matcher = picomatch(glob, { dot: true })
      return [...paths].some((path) => matcher(path))
    },
  }
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

function workingProject(folder: string): ProjectFiles {
  return {
    read: (path) => readFile(join(folder, path), 'utf8').catch(() => undefined),
    has: (path) => existsSync(join(folder, path)),
    matches: (glob) =>
      globSync(glob, { cwd: folder, exclude: ['**/node_modules', '.git'], withFileTypes: true }).some((found) =>
        found.isFile(),
      ),
  }
}
