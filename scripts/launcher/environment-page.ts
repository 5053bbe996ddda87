import type { Facts, Variable } from '../lib/core/facts.ts'
import { allVariables } from './variables.ts'

const COLUMNS = ['Variable', 'Meaning', 'Default', 'Required', 'Secret', 'From a file', 'Example'] as const

/** Text inside a cell of a table (GitHub Flavored Markdown, section 4.10): one line, no bare `|`, no markup. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\|<>*_[\]`]/g, '\\$&')
}

/** A code span that may hold backticks (CommonMark, section 6.1); a `|` is escaped also there. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  return `${fence}${pad}${text.replace(/\s+/g, ' ').replaceAll('|', '\\|')}${pad}${fence}`
}

function defaults(row: Variable): string {
  if (row.generate === 'key') return 'made once, kept for ever'
  const perChannel = Object.entries(row.channels ?? {}).map(([channel, value]) => `${channel}: ${code(value)}`)
  const common = row.default === undefined || row.default === '' ? [] : [code(row.default)]
  return [...common, ...perChannel].join('; ')
}

function required(row: Variable): string {
  if (!row.required) return ''
  return row.default === undefined && row.generate === undefined ? 'yes' : 'yes, has a value by itself'
}

function line(row: Variable): string {
  const cells = [
    code(row.name),
    cell(row.meaning),
    defaults(row),
    required(row),
    row.secret ? 'yes' : '',
    row.secret ? code(`${row.name}_FILE`) : '',
    row.example === undefined ? '' : code(row.example),
  ]
  return `| ${cells.join(' | ')} |`
}

function legend(facts: Facts): string {
  const { name } = facts.app
  return `A value is taken from the first of: the environment, \`conf.d/*.env\`, \`${name}.env\`, the default below.

| Channel | Files | \`{state}\` |
|---|---|---|
| deb | \`/etc/${name}/${name}.env\`, \`/etc/${name}/conf.d/*.env\` | \`/var/lib/${name}\` |
| image | \`/data/${name}.env\` | \`/data\` |
| wheel | \`{state}/${name}.env\`, \`${name} --config FILE\` | \`~/.local/share/${name}\` |

\`{static}\` is the folder of the collected static files, \`{app}\` the application's own.
A secret may be given in a file: set \`NAME_FILE\` to its path instead of \`NAME\`; a newline at its end does not count.
\`${name} check\` says what is missing.`
}

/** ENVIRONMENT.md: every variable the application understands, for people who install it. */
export function renderEnvironmentPage(facts: Facts): string {
  const title = `# Environment variables of ${cell(facts.app.title)} ${facts.version.plain}`
  const head = `| ${COLUMNS.join(' | ')} |\n|${COLUMNS.map(() => '---').join('|')}|`
  return `${title}\n\n${legend(facts)}\n\n${head}\n${allVariables(facts).map(line).join('\n')}\n`
}
