import { posix } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import { isLink, type Tree } from '../lib/core/tree.ts'

/** One logical line of a requirements file, comments and joins done; `number` is that of its first line. */
export interface RequirementLine {
  readonly file: string
  readonly number: number
  readonly text: string
}

const COMMENT = /(?:^|\s+)#.*$/
const INCLUDE = /^(?:-r|--requirement)(?:[ =]\s*|(?<=-r))(?<file>\S.*)$/

/** The lines of requirements files and of what they include by `-r`, each file once; read as pip does (requirements file format). */
export async function requirementLines(source: Tree, files: readonly string[]): Promise<readonly RequirementLine[]> {
  const seen = new Set<string>()
  const lines: RequirementLine[] = []
  for (const file of files) lines.push(...(await readLines(source, file, undefined, seen)))
  return lines
}

async function readLines(
  source: Tree,
  file: string,
  from: RequirementLine | undefined,
  seen: Set<string>,
): Promise<readonly RequirementLine[]> {
  if (seen.has(file)) return []
  seen.add(file)
  const lines: RequirementLine[] = []
  for (const line of logicalLines(file, await readText(source, file, from))) {
    const include = INCLUDE.exec(line.text)?.groups?.['file']
    if (include === undefined) lines.push(line)
    else lines.push(...(await readLines(source, posix.join(posix.dirname(file), include), line, seen)))
  }
  return lines
}

async function readText(source: Tree, file: string, from: RequirementLine | undefined): Promise<string> {
  const entry = source.files.find(({ path }) => path === file)
  if (entry !== undefined && !isLink(entry)) return Buffer.from(await source.read(entry)).toString()
  const asked = from === undefined ? 'python.requirements' : `${from.file}:${from.number}`
  throw new ReleaseError('CONFIG_INVALID', `${asked} names ${file}, which is no file of the project`, {
    hint: 'Name a requirements file that the repository holds.',
    ...(from === undefined ? {} : { at: { file: from.file, line: from.number, column: 1 } }),
  })
}

/** A backslash joins lines, a line that is a comment ends the joining, and only then comments go: pip's order. */
function logicalLines(file: string, text: string): readonly RequirementLine[] {
  const lines: RequirementLine[] = []
  let open: RequirementLine | undefined
  const end = (line: RequirementLine): void => {
    const content = line.text.replace(COMMENT, '').trim()
    if (content !== '') lines.push({ ...line, text: content })
    open = undefined
  }
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const comment = /^\s*#/.test(raw)
    const joined = `${open?.text ?? ''}${comment ? ` ${raw}` : raw}`
    const line: RequirementLine = { file, number: open?.number ?? index + 1, text: joined }
    if (raw.endsWith('\\') && !comment) open = { ...line, text: joined.slice(0, -1) }
    else end(line)
  }
  if (open !== undefined) end(open)
  return lines
}
