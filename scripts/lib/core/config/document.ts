import type { JsonSchema } from './schema.ts'

const PREFACE = [
  '# slipway.yaml',
  '',
  'One file says everything about a release. It lies at the root of the application, or anywhere else (`--config`);',
  'paths in it are relative to the application, except those that say otherwise.',
  '',
  '* `slipway check` tells everything that is wrong with it, with line and column.',
  '* Editors complete it with `# yaml-language-server: $schema=` and the address of [slipway.schema.json](slipway.schema.json).',
  '* A version such as `3.10` stands in quotes: without them YAML reads the number 3.1.',
  '* A format without its section is not made; an empty section (`helm: {}`) takes all defaults. Source archives and the page',
  '  of environment variables belong to every release.',
  '* `sample/slipway.yaml` is a complete example; a `docker` section also wants `slipway.lock`, which `slipway lock` writes.',
  '',
  'What the application itself must do: take its static root from `APP_STATIC_DIR` (and serve it), write only below',
  '`APP_STATE_DIR`, and read everything else that differs between installations from the variables of `runtime.environment`.',
  '',
  'This page and the schema are written by `slipway docs` from the rules that the file is read with.',
]

/** docs/configuration.md: every key with its kind, default and meaning. */
export function renderConfigPage(schema: JsonSchema): string {
  const sections = Object.entries(schema.properties ?? {}).flatMap(([name, section]) =>
    renderSection(name, section, schema),
  )
  return `${[...PREFACE, ...sections].join('\n')}\n`
}

function renderSection(name: string, section: JsonSchema, whole: JsonSchema): readonly string[] {
  const needed = whole.required?.includes(name) === true ? ' Required.' : ''
  const about = `${section.description ?? name}.${needed}`
  const rows = rowsBelow(section, '')
  if (rows.length === 0) return ['', `## ${name}`, '', about]
  return ['', `## ${name}`, '', about, '', '| key | kind | default | meaning |', '|---|---|---|---|', ...rows]
}

function rowsBelow(schema: JsonSchema, prefix: string): readonly string[] {
  const { items, additionalProperties: rest } = schema
  const variants = (schema.anyOf ?? []).flatMap((variant) => rowsBelow(variant, prefix))
  const listed = items === undefined ? [] : rowsBelow(items, `${prefix}[]`)
  const named = typeof rest === 'object' ? rowsBelow(rest, `${prefix}.NAME`) : []
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    return [rowOf(path, inner, schema.required?.includes(key) === true), ...rowsBelow(inner, path)]
  })
  return [...own, ...listed, ...named, ...variants]
}

function rowOf(path: string, schema: JsonSchema, required: boolean): string {
  const preset = schema.default === undefined ? '' : code(JSON.stringify(schema.default))
  const cells = [
    code(path.replace(/^\[\]\./, '')),
    kindOf(schema),
    required ? 'required' : preset,
    schema.description ?? '',
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

function kindOf(schema: JsonSchema): string {
  const values = schema.const === undefined ? schema.enum : [schema.const]
  if (values !== undefined) return values.map((value) => code(String(value))).join(', ')
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(kindOf))].join(' or ')
  if (schema.type === 'array') return `list of ${plural(kindOf(schema.items ?? {}))}`
  if (schema.type === 'object') return schema.properties === undefined ? 'keys with values' : 'section'
  return KINDS[schema.type ?? ''] ?? 'value'
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  integer: 'whole number',
  number: 'number',
}

function plural(kind: string): string {
  return { text: 'texts', section: 'sections', value: 'values', 'keys with values': 'sections' }[kind] ?? kind
}

function code(text: string): string {
  return `\`${text}\``
}

/** docs/slipway.schema.json: the same rules for editors. */
export function renderConfigSchema(schema: JsonSchema): string {
  return `${JSON.stringify({ ...schema, title: 'slipway.yaml' }, null, 2)}\n`
}
