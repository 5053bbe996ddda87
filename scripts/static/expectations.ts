import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import type { Expectation } from '../lib/core/facts.ts'

/** EXPECTATION_FAILED with everything that does not hold after the build. */
export async function assertExpectations(project: string, expectations: readonly Expectation[]): Promise<void> {
  const failures = (await Promise.all(expectations.map((item) => unmet(project, item)))).flat()
  if (failures.length === 0) return
  throw new ReleaseError(
    'EXPECTATION_FAILED',
    ['after the build:', ...failures.map((line) => `  ${line}`)].join('\n'),
    {
      hint: 'Mend the front end, or what frontends.expect says.',
    },
  )
}

async function unmet(project: string, { file, contains, keys }: Expectation): Promise<readonly string[]> {
  const text = await readFile(join(project, file), 'utf8').catch(() => undefined)
  if (text === undefined) return [`${file} is not there`]
  const lacks = contains !== undefined && !text.includes(contains) ? [`${file} does not contain "${contains}"`] : []
  return [...lacks, ...missingKeys(file, text, keys ?? [])]
}

function missingKeys(file: string, text: string, keys: readonly string[]): readonly string[] {
  if (keys.length === 0) return []
  const present = topLevelKeys(text)
  if (present === undefined) return [`${file} is not a JSON object`]
  return keys.filter((key) => !present.includes(key)).map((key) => `${file} has no key "${key}"`)
}

function topLevelKeys(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.keys(value) : undefined
  } catch {
    return undefined
  }
}
