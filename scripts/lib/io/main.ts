import colors from 'picocolors'
import { ReleaseError } from '../core/error.ts'
import { parseArguments, renderHelp, type Verb } from './command-line.ts'
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

/** What a person reads of a failure: the message, where, what a program said, and what to do. */
export function renderError(error: unknown): string {
  if (!(error instanceof ReleaseError)) return renderBug(error)
  const { code, message, hint, at, cause } = error
  const where = at === undefined ? '' : `${at.file}:${at.line}:${at.column} `
  const said = cause instanceof CommandOutput ? `${indent(`$ ${cause.message}\n${cause.tail}`)}\n` : ''
  const annotation = process.env['GITHUB_ACTIONS'] === undefined ? '' : annotate(error)
  const advice = hint === undefined ? '' : `  ${hint}\n`
  return `${said}${colors.red('error')} ${colors.bold(code)} ${where}${message}\n${advice}${annotation}`
}

function renderBug(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `${stack}\nThis is a fault in Slipway itself; please report it with the lines above.\n`
}

// Workflow command: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
function annotate({ code, message, at }: ReleaseError): string {
  const place = at === undefined ? '' : ` file=${at.file},line=${at.line},col=${at.column}`
  return `::error${place}::${code} ${message.replaceAll('\n', '%0A')}\n`
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
