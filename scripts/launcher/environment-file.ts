import type { Facts, Variable } from '../lib/core/facts.ts'
import type { Layout } from './data.ts'
import { allVariables, channelDefault } from './variables.ts'

/** A value as the launcher's parser reads it back: as it is where that is safe, else in double quotes. */
export function quoteValue(value: string): string {
  if (value === value.trim() && !/^["']|[\n\r\\]/.test(value)) return value
  const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r' }
  return `"${value.replace(/[\\"\n\r]/g, (character) => escapes[character] ?? character)}"`
}

function fill(value: string, layout: Layout): string {
  const places: Readonly<Record<string, string>> = { state: layout.state, static: layout.static, app: layout.app }
  return value.replace(/\{(state|static|app)\}/g, (token, place: string) => places[place] || token)
}

function comment(text: string): string {
  return `# ${text.replace(/\s+/g, ' ').trim()}`
}

function notes(row: Variable, facts: Facts, layout: Layout): string[] {
  const made = `Made once by \`${facts.app.name} init\` in ${fill(layout.secrets, layout)}/${row.name.toLowerCase()} if not given here.`
  const needed = row.required && row.generate === undefined && channelDefault(row, layout.channel) === undefined
  return [
    ...(needed ? ['Required.'] : []),
    ...(row.generate === 'key' ? [made] : []),
    ...(row.example === undefined ? [] : [`Example: ${row.example}`]),
  ]
}

function entry(row: Variable, facts: Facts, layout: Layout): string {
  const value = row.generate === undefined ? (channelDefault(row, layout.channel) ?? '') : ''
  const assignment = `#${row.name}=${quoteValue(fill(value, layout))}`
  const file = row.secret ? [`#${row.name}_FILE=/path/of/a/file/with/the/value`] : []
  return [comment(row.meaning), ...notes(row, facts, layout).map(comment), assignment, ...file].join('\n')
}

function header(facts: Facts, layout: Layout): string {
  const above = layout.config.filter((path) => !path.endsWith('.env')).map((path) => `${path}/*.env`)
  return [
    `Configuration of ${facts.app.title}.`,
    `A line that begins with # changes nothing; it shows the default. Read by \`${facts.app.name}\`, line by line NAME=VALUE;`,
    'quotes around a value are needed only for blanks at its ends. Not read by a shell.',
    `What is set in ${[...above, 'the environment'].join(' or in ')} wins over this file.`,
    `After a change: \`${facts.app.name} check\`, then restart the service.`,
  ]
    .map(comment)
    .join('\n')
}

/** The commented env file of one channel: every variable with its meaning, its default commented out. */
export function renderEnvironmentFile(facts: Facts, layout: Layout): string {
  const rows = allVariables(facts).filter((row) => row.name !== 'APP_STATE_DIR')
  return `${[header(facts, layout), ...rows.map((row) => entry(row, facts, layout))].join('\n\n')}\n`
}
