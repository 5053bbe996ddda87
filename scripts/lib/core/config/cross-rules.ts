import { dependencyFile } from '../dependency-files.ts'
import type { Finding } from '../error.ts'
import { chartOfDockerfile, ownDockerfile } from './own-dockerfile.ts'
import { valueAt } from './words.ts'

/** A rule between keys; it reads the raw file, so that a fault elsewhere does not hide it. */
type CrossRule = (file: unknown) => readonly Finding[]

/** Everything that concerns more than one key. */
export const CROSS_RULES: readonly CrossRule[] = [
  (file) => repeated(file, ['runtime', 'environment'], 'name'),
  (file) => repeated(file, ['runtime', 'services'], 'name'),
  (file) => repeated(file, ['frontends'], 'dir'),
  includeOfTree,
  collectInRoot,
  ownDockerfile,
  chartOfDockerfile,
  (file) => chosenParts(file, 'extras'),
  (file) => chosenParts(file, 'groups'),
  (file) => each(file, ['version', 'files'], eitherKeyOrPattern),
  (file) => each(file, ['frontends'], esbuildPieces),
  (file) =>
    each(file, ['runtime', 'services'], (row, path) => [...portOfCommand(row, path), ...hostRow(row, path, file)]),
  (file) =>
    each(file, ['runtime', 'environment'], (row, path) => [
      ...unmarkedSecret(row, path),
      ...databaseSource(row, path, file),
    ]),
]

type Row = Readonly<Record<string, unknown>>

function rows(file: unknown, path: Finding['path']): readonly { row: Row; path: Finding['path'] }[] {
  const list = valueAt(file, path)
  if (!Array.isArray(list)) return []
  return list.flatMap((row: unknown, index) =>
    row !== null && typeof row === 'object' ? [{ row: row as Row, path: [...path, index] }] : [],
  )
}

function each(
  file: unknown,
  path: Finding['path'],
  rule: (row: Row, path: Finding['path']) => readonly Finding[],
): readonly Finding[] {
  return rows(file, path).flatMap((item) => rule(item.row, item.path))
}

function repeated(file: unknown, path: Finding['path'], key: string): readonly Finding[] {
  const seen = new Set<unknown>()
  return each(file, path, (row, at) => {
    const value = row[key]
    if (value === undefined || !seen.has(value)) {
      seen.add(value)
      return []
    }
    return [{ path: [...at, key], message: `${String(value)} stands twice in this list`, hint: 'Keep one of the two.' }]
  })
}

function includeOfTree(file: unknown): readonly Finding[] {
  const python = valueAt(file, ['python'])
  const own = valueAt(file, ['python', 'backend']) === 'own'
  if (own || python === undefined || valueAt(file, ['python', 'include']) !== undefined) return []
  return [
    { path: ['python', 'include'], message: 'is missing', hint: 'Add it: Globs of the files that are installed.' },
  ]
}

function collectInRoot(file: unknown): readonly Finding[] {
  const folder = valueAt(file, ['python', 'root'])
  const path = ['python', 'collect', 'root']
  const collected = valueAt(file, path)
  if (typeof folder !== 'string' || typeof collected !== 'string' || collected.startsWith(`${folder}/`)) return []
  return [{ path, message: `does not lie below python.root, ${folder}`, hint: `Write it such as ${folder}/static.` }]
}

/** Requirements files know no extras and groups of the project. */
function chosenParts(file: unknown, key: 'extras' | 'groups'): readonly Finding[] {
  const requirements = valueAt(file, ['python', 'requirements'])
  const listed = Array.isArray(requirements) ? requirements.map(String) : []
  const chosen = valueAt(file, ['python', key])
  if (!Array.isArray(chosen) || listed.some((path) => ['uv', 'poetry', 'pyproject'].includes(dependencyFile(path))))
    return []
  const hint = 'Name uv.lock, poetry.lock or pyproject.toml in python.requirements, or remove this.'
  return [{ path: ['python', key], message: 'has no effect on what python.requirements names', hint }]
}

function eitherKeyOrPattern(row: Row, path: Finding['path']): readonly Finding[] {
  const given = ['key', 'pattern'].filter((key) => row[key] !== undefined)
  if (given.length === 1) return []
  const message = given.length === 0 ? 'has neither `key` nor `pattern`' : 'has both `key` and `pattern`'
  return [{ path, message, hint: 'Give `key` for a JSON or TOML file, else `pattern`.' }]
}

function esbuildPieces(row: Row, path: Finding['path']): readonly Finding[] {
  const wanted = row['builder'] === 'esbuild'
  if (wanted === (row['esbuild'] !== undefined)) return []
  return wanted
    ? [{ path, message: 'has `builder: esbuild` but no `esbuild` section', hint: 'Add esbuild: { entries, outdir }.' }]
    : [
        {
          path: [...path, 'esbuild'],
          message: 'has no effect without `builder: esbuild`',
          hint: 'Add it, or remove this.',
        },
      ]
}

function portOfCommand(row: Row, path: Finding['path']): readonly Finding[] {
  const command = row['command']
  const named = Array.isArray(command) && command.some((word) => String(word).includes('{port}'))
  if (!named || row['port'] !== undefined) return []
  return [{ path, message: 'uses {port} but has no `port`', hint: 'Add the port it listens on by default.' }]
}

/** A host in capitals is a variable, which the table must have. */
function hostRow({ host }: Row, path: Finding['path'], file: unknown): readonly Finding[] {
  if (typeof host !== 'string' || !/^[A-Z]/.test(host)) return []
  if (rows(file, ['runtime', 'environment']).some(({ row }) => row['name'] === host)) return []
  const hint = 'Add it to runtime.environment, or write a host name in small letters.'
  return [{ path: [...path, 'host'], message: `${host} is no variable of the table`, hint }]
}

const SECRET_SOURCES: readonly unknown[] = ['database.password', 'database.url']

/** What nobody may read in logs, units and `check`: a key that is made, and what holds the database's password. */
function unmarkedSecret(row: Row, path: Finding['path']): readonly Finding[] {
  if (row['secret'] === true) return []
  const hint = 'Add `secret: true`.'
  return [
    ...(row['generate'] === undefined
      ? []
      : [{ path: [...path, 'generate'], message: 'makes a key that is not marked secret', hint }]),
    ...(SECRET_SOURCES.includes(row['from'])
      ? [{ path: [...path, 'from'], message: 'holds a password, but is not marked secret', hint }]
      : []),
  ]
}

function databaseSource(row: Row, path: Finding['path'], file: unknown): readonly Finding[] {
  const wants = String(row['from'] ?? '').startsWith('database.')
  if (!wants || valueAt(file, ['runtime', 'database']) !== undefined) return []
  const hint = 'Add runtime.database, or remove `from`.'
  return [{ path: [...path, 'from'], message: 'speaks of a database, but runtime.database is missing', hint }]
}
