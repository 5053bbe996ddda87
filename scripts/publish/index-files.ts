import { join } from 'node:path'
import type { Built } from '../lib/core/artifact.ts'
import { ReleaseError } from '../lib/core/error.ts'
import { measureFile, readStageJson } from '../lib/io/files.ts'
import { download, publicUrl } from '../lib/io/http.ts'

/** The simple repository of the Python Package Index. */
export const PYPI = 'https://pypi.org/simple'

// Simple repository API, JSON (PEP 691).
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json'

/** Which of our files the index has, byte for byte, and which it lacks. */
export interface IndexComparison {
  readonly there: readonly string[]
  readonly missing: readonly string[]
}

interface Local {
  readonly name: string
  readonly sha256: string
}

/** Compares the finished sdist and wheel with an index, by hash; PUBLISH_REFUSED where it has other bytes, or dist/ has others than were built. */
export async function compareWithIndex(out: string, index: string): Promise<IndexComparison> {
  const { outputs } = await readStageJson<Built>(join(out, 'built', 'pypi.json'), 'build pypi')
  const files = await Promise.all(
    outputs.map(async ({ name }) => ({ name, sha256: (await measureFile(join(out, 'artifacts', name))).sha256 })),
  )
  const changed = files.filter(({ name, sha256 }) => outputs.find((output) => output.name === name)?.sha256 !== sha256)
  refuse(changed, 'changed after it was built', 'Make the release again from its tag, then publish that.')
  const hashes = await hashesOf(projectOf(files), index)
  const others = files.filter(({ name, sha256 }) => hashes.has(name) && hashes.get(name) !== sha256)
  refuse(others, 'is in the index with other bytes', 'An index never takes a name twice: release a new version.')
  const [missing, there] = [files.filter(({ name }) => !hashes.has(name)), files.filter(({ name }) => hashes.has(name))]
  return { there: there.map(({ name }) => name), missing: missing.map(({ name }) => name) }
}

function refuse(files: readonly Local[], what: string, hint: string): void {
  if (files.length === 0) return
  throw new ReleaseError('PUBLISH_REFUSED', files.map(({ name }) => `${name} ${what}`).join('\n'), { hint })
}

/** The project of a wheel's name, normalised (PEP 503; binary distribution format). */
function projectOf(files: readonly Local[]): string {
  const wheel = files.find(({ name }) => name.endsWith('.whl'))?.name ?? files[0]?.name ?? ''
  return (wheel.split('-')[0] ?? '').toLowerCase().replaceAll(/[-_.]+/g, '-')
}

/** What the index says of a project's files; a project that it does not know has none. */
async function hashesOf(project: string, index: string): Promise<ReadonlyMap<string, string | undefined>> {
  const url = `${index.replace(/\/+$/, '')}/${project}/`
  const answer = await download(url, { accept: JSON_TYPE }).catch((failure: unknown) => {
    if (failure instanceof ReleaseError && failure.code === 'NOT_IN_REGISTRY') return undefined
    throw failure
  })
  if (answer === undefined) return new Map()
  if (!answer.headers.get('content-type')?.includes('json')) {
    throw new ReleaseError('PUBLISH_FAILED', `${publicUrl(url)} does not answer in JSON`, {
      hint: 'Give an index that speaks PEP 691 to --index.',
    })
  }
  const { files } = (await answer.json()) as SimplePage
  return new Map(files.map(({ filename, hashes }) => [filename, hashes['sha256']]))
}

interface SimplePage {
  readonly files: readonly { readonly filename: string; readonly hashes: Readonly<Record<string, string>> }[]
}
