import type { Finding } from './error.ts'
import type { Variable } from './facts.ts'

/** A place in the code that reads an environment variable. */
export type VariableRead = readonly [name: string, file: string, line: number]

const OWN = /^(APP_[A-Z_]+|DJANGO_SETTINGS_MODULE|PATH|HOME|PYTHON[A-Z]*)$/ // set by the launcher or the system

const BY_LIBRARIES = new Set(['DATABASE_URL']) // dj-database-url and its like read it themselves

/** Where the table of variables and the code do not agree; a notice each, since code may read names it puts together. */
export function variableDrift(table: readonly Variable[], reads: readonly VariableRead[]): readonly Finding[] {
  const first = new Map<string, VariableRead>()
  for (const read of reads) if (!first.has(read[0]) && !OWN.test(read[0])) first.set(read[0], read)
  const named = new Set(table.map(({ name }) => name))
  const unnamed = [...first.values()].filter(([name]) => !named.has(name))
  const unread = table.flatMap((row, index) =>
    first.has(row.name) || BY_LIBRARIES.has(row.name) ? [] : [{ name: row.name, index }],
  )
  return [
    ...unnamed.map(([name, file, line]) => ({
      path: ['runtime', 'environment'],
      message: `the code reads ${name} (${file}:${line}), the table does not name it`,
      hint: 'Add a row, if whoever installs the application may set it.',
    })),
    ...unread.map(({ name, index }) => ({
      path: ['runtime', 'environment', index, 'name'],
      message: `no code that Slipway can see reads ${name}`,
      hint: 'Remove the row, if nothing reads it.',
    })),
  ]
}

/** Nothing takes the static root from the launcher: an installation would look for its static files in the wrong place. */
export function staticDrift(collects: boolean, reads: readonly VariableRead[]): readonly Finding[] {
  if (!collects || reads.some(([name]) => name === 'APP_STATIC_DIR')) return []
  return [
    {
      path: ['python', 'collect'],
      message: 'no code that Slipway can see reads APP_STATIC_DIR, where an installation keeps what was collected',
      hint: "Let the settings take the static root from it: os.environ.get('APP_STATIC_DIR', …).",
    },
  ]
}
