import { ReleaseError } from '../core/error.ts'

/** What matters of an entry here. */
interface Named {
  readonly kind: 'file' | 'directory' | 'link'
  readonly path: string
}

type Offence = readonly [path: string, fault: string]

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

const FAULTS: readonly (readonly [fault: string, has: (path: string) => boolean])[] = [
  ['is empty', (path) => path === ''],
  ['is absolute', (path) => path.startsWith('/')],
  [
    'has `.`, `..` or nothing between slashes',
    (path) => path.split('/').some((part) => ['', '.', '..'].includes(part)),
  ],
  ['has a control character', (path) => CONTROL.test(path)],
  ['is not well-formed Unicode', (path) => !path.isWellFormed()],
]

/** PATH_REFUSED, all offenders at once: names no archive should hold, two entries of one name, entries below a file. */
export function assertNames(entries: readonly Named[]): void {
  refuse([...malformed(entries), ...misplaced(entries)])
}

/** As assertNames, and also names that differ only in case or Unicode form, or hold a backslash: they mean another file somewhere. */
export function assertPaths(entries: readonly Named[]): void {
  refuse([...malformed(entries), ...misplaced(entries), ...unportable(entries)])
}

function malformed(entries: readonly Named[]): Offence[] {
  return entries.flatMap(({ path }): Offence[] => {
    const first = FAULTS.find(([, has]) => has(path))
    return first === undefined ? [] : [[path, first[0]]]
  })
}

function misplaced(entries: readonly Named[]): Offence[] {
  const kinds = new Map<string, Named['kind']>()
  const offences: Offence[] = []
  for (const { path, kind } of entries) {
    if (kinds.has(path)) offences.push([path, 'is there twice'])
    kinds.set(path, kind)
  }
  for (const path of kinds.keys()) {
    const above = parentsOf(path).find((parent) => (kinds.get(parent) ?? 'directory') !== 'directory')
    if (above !== undefined) offences.push([path, `lies below ${JSON.stringify(above)}, which is no directory`])
  }
  return offences
}

function unportable(entries: readonly Named[]): Offence[] {
  const first = new Map<string, string>()
  const separators = entries.filter(({ path }) => path.includes('\\'))
  const offences = separators.map(({ path }): Offence => [path, 'has a backslash, a separator elsewhere'])
  const paths = new Set(entries.flatMap(({ path }) => [...parentsOf(path), path]))
  for (const path of paths) {
    const folded = path.normalize('NFC').toLowerCase()
    const other = first.get(folded)
    if (other === undefined) first.set(folded, path)
    else offences.push([path, `differs from ${JSON.stringify(other)} only in case or Unicode form`])
  }
  return offences
}

function parentsOf(path: string): string[] {
  const parents: string[] = []
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) parents.push(path.slice(0, at))
  return parents
}

function refuse(offences: readonly Offence[]): void {
  if (offences.length === 0) return
  const lines = offences.map(([path, fault]) => `${JSON.stringify(path)} ${fault}`)
  throw new ReleaseError('PATH_REFUSED', `an archive cannot hold: ${lines.join('; ')}`, {
    hint: 'Rename these files, or leave them out with `python.exclude`.',
  })
}
