import { ReleaseError } from '../lib/core/error.ts'
import { isLink, type Tree } from '../lib/core/tree.ts'

// A requirement as PEP 508 writes it: name, extras, versions, marker.
const REQUIREMENT =
  /^(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?<extras>\[[^\]]*\])?\s*(?<versions>[^;@]*?)\s*(?:;\s*(?<marker>.*))?$/
const INCLUDE = /^(?:-r|--requirement)[ =]\s*(?<file>\S+)$/
const HASH = /\s--hash[= ]\S+/g
const COMMENT = /(?:^|\s)#.*$/

interface Line {
  readonly file: string
  readonly number: number
  readonly text: string
}

/** `Requires-Dist` values from requirements files, pins and markers kept, hashes dropped; CONFIG_INVALID names each line that the index would refuse. */
export async function readRequirements(source: Tree, files: readonly string[]): Promise<readonly string[]> {
  const lines: Line[] = []
  for (const file of files) lines.push(...(await readLines(source, file, [])))
  const refused = lines.filter(({ text }) => !REQUIREMENT.test(text) || text.startsWith('-'))
  if (refused.length === 0) return lines.map(({ text }) => renderRequirement(text))
  const list = refused.map(({ file, number, text }) => `  - ${file}:${number} ${text}`).join('\n')
  throw new ReleaseError('CONFIG_INVALID', `the Python index takes named requirements only, these are none:\n${list}`, {
    hint: 'Name a released version instead, or leave the pypi section out.',
  })
}

async function readLines(source: Tree, file: string, seen: readonly string[]): Promise<readonly Line[]> {
  if (seen.includes(file)) return []
  const entry = source.files.find(({ path }) => path === file)
  if (entry === undefined || isLink(entry)) throw new ReleaseError('CONFIG_INVALID', `${file} is not in the project`)
  const text = Buffer.from(await source.read(entry)).toString()
  const lines: Line[] = []
  for (const line of logicalLines(file, text)) {
    const include = INCLUDE.exec(line.text)?.groups?.['file']
    if (include === undefined) lines.push(line)
    else lines.push(...(await readLines(source, beside(file, include), [...seen, file])))
  }
  return lines
}

function logicalLines(file: string, text: string): readonly Line[] {
  const lines: Line[] = []
  let open: Line | undefined
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const joined: string = `${open?.text ?? ''}${raw.replace(COMMENT, '')}`
    const line = { file, number: open?.number ?? index + 1, text: joined.replace(/\\$/, ' ') }
    open = joined.endsWith('\\') ? line : undefined
    const content = line.text.replaceAll(HASH, '').trim()
    if (open === undefined && content !== '') lines.push({ ...line, text: content })
  }
  return lines
}

function renderRequirement(text: string): string {
  const { name, extras, versions, marker } = REQUIREMENT.exec(text)?.groups ?? {}
  const requirement = `${name}${(extras ?? '').replaceAll(' ', '')}${(versions ?? '').replaceAll(' ', '')}`
  return marker === undefined ? requirement : `${requirement} ; ${marker.trim()}`
}

function beside(file: string, other: string): string {
  return new URL(other, `file:///${file}`).pathname.slice(1)
}
