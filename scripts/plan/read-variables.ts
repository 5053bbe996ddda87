import { glob, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import picomatch from 'picomatch'
import { ReleaseError } from '../lib/core/error.ts'
import type { PythonFacts } from '../lib/core/facts.ts'
import type { VariableRead } from '../lib/core/variable-drift.ts'
import { run } from '../lib/io/run.ts'

const READER = fileURLToPath(new URL('read-variables.py', import.meta.url))

/** Environment variables that the installed Python files read, by Python's own parser; undefined without `python3`. */
export async function readVariables(
  folder: string,
  config: string,
  python: PythonFacts,
): Promise<readonly VariableRead[] | undefined> {
  const included = picomatch([...python.include], { dot: true, ignore: [...python.exclude] })
  const app = await pythonSources(folder, included)
  const overlay =
    python.overlay === undefined ? {} : await pythonSources(join(dirname(config), python.overlay), () => true)
  try {
    return JSON.parse(await run(['python3', '-I', READER], { input: JSON.stringify({ ...app, ...overlay }) }))
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'TOOL_MISSING') return undefined
    throw error
  }
}

const SKIPPED = new Set(['node_modules', '.git', '__pycache__'])

async function pythonSources(folder: string, wanted: (path: string) => boolean): Promise<Record<string, string>> {
  const sources: Record<string, string> = {}
  const paths = glob('**/*.py', { cwd: folder, exclude: (path) => SKIPPED.has(basename(path)) })
  for await (const path of paths) if (wanted(path)) sources[path] = await readFile(join(folder, path), 'utf8')
  return sources
}
