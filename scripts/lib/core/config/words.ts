import type { z } from 'zod'
import type { Finding } from '../error.ts'
import { nearest } from '../nearest.ts'
import type { JsonSchema } from './schema.ts'
import type { YamlFile } from './yaml.ts'

type Path = Finding['path']
type Issue = z.core.$ZodIssue

/** What zod found in one section, in plain words; `prefix` is the section's path. */
export function findingsOf(
  issues: readonly Issue[],
  prefix: Path,
  yaml: YamlFile,
  schema: JsonSchema,
): readonly Finding[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))]
    return wordsOf(issue, path, yaml, schema)
  })
}

function wordsOf(issue: Issue, path: Path, yaml: YamlFile, schema: JsonSchema): readonly Finding[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], keysAt(schema, path)))
    case 'invalid_type':
      return [wrongType(issue.expected, path, yaml, schema)]
    case 'invalid_value':
      return [wrongValue(issue.values, path, yaml)]
    case 'too_small':
    case 'too_big':
      return [outOfRange(issue, path)]
    case 'invalid_union':
      return findingsOf(closest(issue.errors), path, yaml, schema)
    case 'invalid_format':
      return [wrongForm(issue, path, schema)]
    case 'invalid_key':
      return issue.issues.map((inner) => ({ path, ...messageOf(inner) }))
    default:
      return [{ path, ...messageOf(issue) }]
  }
}

/** Of several shapes that a value may have, what is wrong with the one that it resembles. */
function closest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const [first = []] = branches
  const ofKind = branches.filter((issues) => !issues.some(({ code, path }) => code === 'invalid_type' && !path.length))
  return ofKind.toSorted((a, b) => wrongs(a) - wrongs(b))[0] ?? first
}

const wrongs = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)

function wrongForm(issue: Issue, path: Path, schema: JsonSchema): Finding {
  const message = issue.message.startsWith('Invalid') ? 'is not of the form that is expected' : issue.message
  return { path, message, ...about(path, schema) }
}

function messageOf(issue: Issue): { message: string; hint?: string } {
  const hint = issue.code === 'custom' ? issue.params?.['hint'] : undefined
  return typeof hint === 'string' ? { message: issue.message, hint } : { message: issue.message }
}

/** A key that nobody knows, with the nearest one that is known there. */
export function unknownKey(path: Path, known: readonly string[]): Finding {
  const key = String(path.at(-1))
  const message = path.length === 1 ? 'is no section and no format' : 'is no known key'
  if (key.includes(' ')) return { path, message, hint: 'A comma ends a value inside { }: put the text in quotes.' }
  const near = nearest(key, known)
  const hint = near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean \`${near}\`?`
  return { path, message, hint }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list: [one, two]',
  object: 'a section with keys of its own',
  record: 'a section with keys of its own',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
}

function wrongType(expected: string, path: Path, yaml: YamlFile, schema: JsonSchema): Finding {
  const value = valueAt(yaml.value, path)
  if (value === undefined) return missing(path, schema)
  const typed = yaml.typed(path)
  const quotable = expected === 'string' && typed !== undefined && typeof value !== 'string' && value !== null
  if (quotable) return unquoted(path, typed, value)
  return { path, message: `must be ${TYPES[expected] ?? expected}, not ${kindOf(value)}`, ...about(path, schema) }
}

function unquoted(path: Path, typed: string, value: unknown): Finding {
  const kind =
    typeof value === 'boolean' ? 'true or false' : String(value) === typed ? 'a number' : `the number ${value}`
  const key = path.at(-1)
  const hint = `Put it in quotes: ${typeof key === 'string' ? `${key}: ` : ''}"${typed}".`
  return { path, message: `must be text, but YAML reads ${typed} as ${kind}`, hint }
}

function missing(path: Path, schema: JsonSchema): Finding {
  const { description } = schemaAt(schema, path) ?? {}
  const hint = description === undefined ? 'Add it.' : `Add it: ${description}.`
  return { path, message: 'is missing', hint }
}

function about(path: Path, schema: JsonSchema): { hint?: string } {
  const { description } = schemaAt(schema, path) ?? {}
  return description === undefined ? {} : { hint: `It is meant for: ${description}.` }
}

function wrongValue(values: readonly unknown[], path: Path, yaml: YamlFile): Finding {
  const known = values.map(String)
  const value = valueAt(yaml.value, path)
  if (value === undefined)
    return { path, message: 'is missing', hint: `Add it: ${path.at(-1)}: ${known.join(' or ')}.` }
  const said = typeof value === 'string' ? JSON.stringify(value) : kindOf(value)
  const near = nearest(String(value), known)
  const hint = near === undefined || known.length === 1 ? `Write ${known.join(' or ')}.` : `Did you mean ${near}?`
  return { path, message: `must be ${known.join(', ').replace(/, ([^,]*)$/, ' or $1')}, not ${said}`, hint }
}

function outOfRange(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, path: Path): Finding {
  if (issue.origin !== 'number' && issue.origin !== 'int')
    return { path, message: 'must not be empty', hint: 'Write at least one.' }
  const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
  return { path, message: `must be ${bound}`, hint: 'Choose a number in that range.' }
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a section'
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
  return typeof value === 'boolean' ? String(value) : `the number ${String(value)}`
}

/** The value at a path of parsed YAML; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value
  for (const key of path) {
    if (here === null || typeof here !== 'object') return undefined
    here = Object.hasOwn(here, key) ? (here as Record<string | number, unknown>)[key] : undefined
  }
  return here
}

function schemaAt(schema: JsonSchema, path: Path): JsonSchema | undefined {
  let here: JsonSchema | undefined = schema
  for (const key of path) {
    const rest: JsonSchema | boolean | undefined = here?.additionalProperties
    here =
      typeof key === 'number' ? here?.items : (here?.properties?.[key] ?? (typeof rest === 'object' ? rest : undefined))
  }
  return here
}

function keysAt(schema: JsonSchema, path: Path): readonly string[] {
  return Object.keys(schemaAt(schema, path)?.properties ?? {})
}
