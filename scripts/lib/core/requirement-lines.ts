import { posix } from 'node:path'
import { ReleaseError } from './error.ts'
import { isLink, type Tree } from './tree.ts'

/** One logical line of a requirements file, comments and joins done; `number` is that of its first line. */
export interface RequirementLine {
  readonly file: string
  readonly number: number
  readonly text: string
  /** Of a file included by `-c`: it narrows versions and requires nothing. */
  readonly constraint?: true
}

/** Text of dependency files that are no requirements files, as requirements; by their paths. */
export type MadeRequirements = Readonly<Record<string, string>>

const COMMENT = /(?:^|\s+)#.*$/
const INCLUDE = /^(?:-(?<short>[rc])[ =]?\s*|--(?<long>requirement|constraint)[ =]\s*)(?<file>[^\s=].*)$/

/** The lines of requirements files and of what they include by `-r` and `-c`, each file once; read as pip does (requirements file format). */
export async function requirementLines(
  source: Tree,
  files: readonly string[],
  made: MadeRequirements = {},
): Promise<readonly RequirementLine[]> {
  const seen = new Set<string>()
  const lines: RequirementLine[] = []
  for (const file of files) {
    const text = made[file]
    lines.push(...(text === undefined ? await readLines(source, { file, seen }) : logicalLines(file, text)))
  }
  return lines
}

interface Reading {
  readonly file: string
  readonly seen: Set<string>
  readonly from?: RequirementLine
  readonly constraint?: true
}

async function readLines(source: Tree, reading: Reading): Promise<readonly RequirementLine[]> {
  const { file, seen, from, constraint } = reading
  const key = `${constraint === true ? '-c' : '-r'} ${file}`
  if (seen.has(key)) return []
  seen.add(key)
  const lines: RequirementLine[] = []
  for (const line of logicalLines(file, await readText(source, file, from))) {
    const next = included(line, reading)
    if (next !== undefined) lines.push(...(await readLines(source, next)))
    else lines.push(constraint === true ? { ...line, constraint } : line)
  }
  return lines
}

/** The file that a line includes, beside the one where it stands; what constraints include are constraints. */
function included(line: RequirementLine, { seen, constraint }: Reading): Reading | undefined {
  const { short, long, file } = INCLUDE.exec(line.text)?.groups ?? {}
  if (file === undefined) return undefined
  const next = { file: posix.join(posix.dirname(line.file), file), seen, from: line }
  return constraint === true || short === 'c' || long === 'constraint' ? { ...next, constraint: true } : next
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
