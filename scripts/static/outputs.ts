import { copyFile, lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import picomatch from 'picomatch'
import { ReleaseError } from '../lib/core/error.ts'
import type { Frontend } from '../lib/core/facts.ts'

/** Paths (relative to the project) that a front end declares as its output, without node_modules. */
export async function declaredFiles(project: string, globs: readonly string[]): Promise<readonly string[]> {
  const declared = picomatch([...globs], { dot: true })
  const found: string[] = []
  for await (const path of filesBelow(project, '')) if (declared(path)) found.push(path)
  return found
}

async function* filesBelow(project: string, dir: string): AsyncIterable<string> {
  for (const name of await readdir(join(project, dir), { withFileTypes: true })) {
    const path = dir === '' ? name.name : `${dir}/${name.name}`
    if (!name.isDirectory()) yield path
    else if (name.name !== 'node_modules') yield* filesBelow(project, path)
  }
}

/** Takes declared outputs of an earlier build away, so that what is there afterwards was made now. */
export async function removeDeclared(project: string, globs: readonly string[]): Promise<void> {
  for (const path of await declaredFiles(project, globs)) await rm(join(project, path))
}

/** FRONTEND_FAILED naming each glob under which the build left nothing, or nothing but empty files. */
export async function assertOutputs(
  project: string,
  { dir, output }: Frontend,
  paths: readonly string[],
): Promise<void> {
  const idle = output.filter((glob) => !hasMatch(paths, glob))
  if (idle.length > 0) {
    throw new ReleaseError('FRONTEND_FAILED', `${dir}: the build left no file that matches ${idle.join(', ')}`, {
      hint: 'Globs of frontends.output are relative to the project, not to the front end.',
    })
  }
  const sizes = await Promise.all(paths.map(async (path) => (await lstat(join(project, path))).size))
  const filled = paths.filter((_, index) => sizes[index] !== 0)
  const empty = output.filter((glob) => !hasMatch(filled, glob))
  if (empty.length === 0) return
  throw new ReleaseError('FRONTEND_FAILED', `${dir}: the build left only empty files for ${empty.join(', ')}`, {
    hint: 'See why the build writes nothing into them; its own output may say it.',
  })
}

function hasMatch(paths: readonly string[], glob: string): boolean {
  const matches = picomatch(glob, { dot: true })
  return paths.some((path) => matches(path))
}

/** An output of a front end, and where the application has it. */
export interface Output {
  readonly path: string // relative to the project
  readonly place: string // relative to the application
}

/** Copies outputs to their places below another folder. */
export async function copyOutputs(project: string, outputs: readonly Output[], to: string): Promise<void> {
  for (const { path, place } of outputs) {
    const target = join(to, place)
    await mkdir(dirname(target), { recursive: true })
    const link = await readlink(join(project, path)).catch(() => undefined)
    if (link === undefined) await copyFile(join(project, path), target)
    else await symlink(link, target)
  }
}
