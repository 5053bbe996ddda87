import { type DependencyFile, dependencyFile } from '../lib/core/dependency-files.ts'
import type { MadeRequirements } from '../lib/core/requirement-lines.ts'
import type { DependencySource } from './dependency-source.ts'
import { poetryLockLines } from './poetry-lock.ts'
import { pylockLines } from './pylock.ts'
import { pyprojectLines } from './pyproject.ts'
import { explain } from './resolve.ts'
import { uvLockLines } from './uv-lock.ts'

type Reader = (from: DependencySource, path: string) => Promise<readonly string[]>

const READERS: Readonly<Record<Exclude<DependencyFile, 'requirements'>, Reader>> = {
  uv: uvLockLines,
  pylock: pylockLines,
  poetry: poetryLockLines,
  pyproject: pyprojectLines,
}

/** Every dependency file that is no requirements file, as requirements. */
export async function makeRequirements(from: DependencySource, files: readonly string[]): Promise<MadeRequirements> {
  const made: Record<string, string> = {}
  for (const path of files) {
    const kind = dependencyFile(path)
    if (kind === 'requirements') continue
    const lines = await READERS[kind](from, path).catch((error: unknown) => {
      throw explain(error, `what ${path} holds`)
    })
    made[path] = `${lines.join('\n')}\n`
  }
  return made
}
