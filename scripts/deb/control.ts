import { ReleaseError } from '../lib/core/error.ts'

/** A binary package's control fields, deb-control(5); an empty value leaves the field out. */
export interface ControlFields {
  readonly Package: string
  readonly Version: string
  readonly Architecture: string
  readonly Maintainer: string
  readonly 'Installed-Size': string
  readonly Depends: readonly string[]
  readonly Recommends: readonly string[]
  readonly Section: string
  readonly Priority: string
  readonly Homepage: string
  readonly Description: { readonly synopsis: string; readonly extended: string }
}

type Render = (fields: ControlFields) => string

/** The order of Debian's own packages. */
const FIELDS: readonly (readonly [name: string, render: Render])[] = [
  ['Package', (fields) => simple(fields.Package)],
  ['Version', (fields) => simple(fields.Version)],
  ['Architecture', (fields) => simple(fields.Architecture)],
  ['Maintainer', (fields) => simple(fields.Maintainer)],
  ['Installed-Size', (fields) => simple(fields['Installed-Size'])],
  ['Depends', (fields) => simple(fields.Depends.join(', '))],
  ['Recommends', (fields) => simple(fields.Recommends.join(', '))],
  ['Section', (fields) => simple(fields.Section)],
  ['Priority', (fields) => simple(fields.Priority)],
  ['Homepage', (fields) => simple(fields.Homepage)],
  ['Description', ({ Description }) => `${simple(Description.synopsis)}${continued(folded(Description.extended))}`],
]

/** The control file; a simple field with a line break is refused, because the rest would become fields of its own. */
export function renderControl(fields: ControlFields): string {
  const lines = FIELDS.map(([name, render]) => [name, render(fields)] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\n`)
  return lines.join('')
}

function simple(value: string): string {
  if (!/[\r\n]/.test(value)) return value
  throw new ReleaseError('CONFIG_INVALID', `a control field cannot hold ${JSON.stringify(value)}`, {
    hint: 'Write it in one line.',
  })
}

const WIDTH = 79 // of a terminal, with the blank in front (Debian Policy 5.6.13)

/** Long lines broken between words; lines that begin with a blank are shown as they are (Debian Policy 5.6.13). */
export function folded(text: string, width: number = WIDTH - 1): string {
  const pieces = new RegExp(`(.{1,${width}}|\\S+)(?:\\s+|$)`, 'g')
  const fold = (line: string): string => (line.startsWith(' ') ? line : line.replaceAll(pieces, '$1\n').trimEnd())
  return text.trim().split('\n').map(fold).join('\n')
}

/** Continuation lines begin with a space, an empty one is ` .` (deb-control(5), "Description"). */
export function continued(text: string): string {
  const lines = text.trim().split('\n')
  if (lines.join('') === '') return ''
  return lines.map((line) => (line.trim() === '' ? '\n .' : `\n ${line.trimEnd()}`)).join('')
}
