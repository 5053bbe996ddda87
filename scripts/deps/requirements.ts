import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stage } from '../lib/io/stage.ts'
import { loadTree } from '../lib/io/tree-files.ts'
import { allowWheels, givenWheels } from './given-wheels.ts'

/** What uv is asked to install, the same for every target. */
export interface Requirements {
  readonly files: readonly string[] // absolute paths
  readonly findLinks: readonly string[]
  /** Whether every requirement carries hashes. */
  readonly locked: boolean
  /** Nothing newer than this is taken (RFC 3339). */
  readonly notAfter?: string
  readonly notice?: string
}

/** The project's requirements files and wheel folders, and how far they are locked; rewritten ones lie in `scratch`. */
export async function requirementsOf(stage: Stage, scratch: string): Promise<Requirements> {
  const { python, deps, epoch, commit } = stage.plan.facts
  await loadTree(stage.out, 'source', 'source')
  const files = python.requirements.map((path) => join(stage.out, 'source', path))
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  const findLinks = deps.wheels.map((path) => join(stage.out, 'inputs', path))
  await Promise.all(findLinks.map((folder) => stat(folder)))
  if (files.length === 0 || texts.every((text) => text.includes('--hash=sha'))) {
    const wheels = givenWheels(stage.plan.inputs.files, deps.wheels)
    if (wheels.length === 0) return { files, findLinks, locked: true }
    return {
      files: await rewrite(
        scratch,
        texts.map((text) => allowWheels(text, wheels)),
      ),
      findLinks,
      locked: true,
    }
  }
  if (commit === '') return { files, findLinks, locked: false, notice: UNLOCKED_TODAY }
  const notAfter = new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
  return { files, findLinks, locked: false, notAfter, notice: unlockedThen(notAfter) }
}

async function rewrite(scratch: string, texts: readonly string[]): Promise<readonly string[]> {
  await mkdir(scratch, { recursive: true })
  return Promise.all(
    texts.map(async (text, index) => {
      const file = join(scratch, `${index}.txt`)
      await writeFile(file, text)
      return file
    }),
  )
}

const UNLOCKED_TODAY =
  'requirements are not locked with hashes and there is no commit: taken as the index has them today, another day gives other bytes'

const unlockedThen = (when: string): string =>
  `requirements are not locked with hashes: taken as the index had them at ${when}; publishing wants a lock`
