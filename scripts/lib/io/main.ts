import { ReleaseError } from '../core/error.ts'
import { nearest } from '../core/nearest.ts'
import { withoutLogins } from '../core/without-logins.ts'
import { colors } from './colors.ts'
import { commandName, parseArguments, renderHelp, type Verb } from './command-line.ts'
import { installInterrupt } from './interrupt.ts'
import { CommandOutput } from './run.ts'

/** Runs a verb on the words given; owns the only try/catch and the exit code: 0 done, 1 refused or failed, 2 usage. */
export async function main(verb: Verb, words: readonly string[] = process.argv.slice(2)): Promise<void> {
  installInterrupt()
  try {
    if (words.includes('--help')) return void process.stdout.write(renderHelp(verb))
    await verb.run(parseArguments(verb, words))
  } catch (error) {
    process.exitCode = error instanceof ReleaseError && error.code === 'USAGE' ? 2 : 1
    process.stderr.write(renderError(error))
  }
}

/** The whole command line: picks the verb by the first word; no word or --help shows the table of verbs. */
export async function runCommandLine(
  verbs: readonly Verb[],
  words: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const [name, ...rest] = words
  if (name === undefined || name === '--help' || name === 'help') return void process.stdout.write(renderVerbs(verbs))
  const verb = verbs.find((candidate) => candidate.name === name)
  if (verb !== undefined) return main(verb, rest)
  const near = nearest(
    name,
    verbs.map((candidate) => candidate.name),
  )
  const hint = near === undefined ? 'See `slipway --help`.' : `Did you mean \`slipway ${near}\`?`
  process.exitCode = 2
  process.stderr.write(renderError(new ReleaseError('USAGE', `there is no verb ${name}`, { hint })))
}

function renderVerbs(verbs: readonly Verb[]): string {
  const width = Math.max(...verbs.map(({ name }) => name.length))
  const rows = verbs.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  const examples = ['slipway dry-run --project .', 'slipway check', 'slipway VERB --help'].map((line) => `  ${line}`)
  return [
    'Slipway releases self-hosted Python web applications: static files built once, every artifact proven.',
    '',
    `Usage: ${commandName()} VERB [options]`,
    '',
    'Verbs, in the order of a release; dry-run does all from plan to seal:',
    ...rows,
    '',
    'Examples:',
    ...examples,
    '',
  ].join('\n')
}

/** What a person reads of a failure: the message, where, what a program said, and what to do. */
export function renderError(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(renderError).join('')
  if (!(error instanceof ReleaseError)) return renderBug(error)
  const { code, message, hint, at, cause } = error
  const where = at === undefined ? '' : `${at.file}:${at.line}:${at.column} `
  const said = cause instanceof CommandOutput ? `${indent(`$ ${cause.message}\n${cause.tail}`)}\n` : ''
  const annotation = process.env['GITHUB_ACTIONS'] === undefined ? '' : annotate(error)
  return `${said}${colors.red('error')} ${colors.bold(code)} ${where}${message}\n  ${hint}\n${annotation}`
}

function renderBug(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `${withoutLogins(stack)}\nThis is a fault in Slipway itself; please report it with the lines above.\n`
}

// Workflow command: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
function annotate({ code, message, at }: ReleaseError): string {
  const place = at === undefined ? '' : ` file=${at.file},line=${at.line},col=${at.column}`
  return `::error${place}::${code} ${message.replaceAll('%', '%25').replaceAll('\n', '%0A')}\n`
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
