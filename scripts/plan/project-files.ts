import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkout, listCommitted, readCommitted } from '../lib/io/git.ts'

/** Texts of the project's files: those of the commit, or those that lie in the folder. */
export type ProjectFiles = (path: string) => Promise<string | undefined>

/** From git objects; a file that the commit has and the clone lacks is CHECKOUT_REFUSED. */
export async function committedProject(checkout: Checkout): Promise<ProjectFiles> {
  const paths = await listCommitted(checkout)
  return async (path) => (paths.has(path) ? readCommitted(checkout, path) : undefined)
}

/** From the folder as it lies there. */
export function workingProject(folder: string): ProjectFiles {
  return (path) => readFile(join(folder, path), 'utf8').catch(() => undefined)
}
