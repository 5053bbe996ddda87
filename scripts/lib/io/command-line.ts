import { minimist } from 'zx'
import { ReleaseError } from '../core/error.ts'
import { nearest } from '../core/nearest.ts'

/** One option of a verb; without `value` it is a switch. */
export interface Option {
  readonly name: string
  readonly value?: string // DIR, FILE, … as --help shows it
  readonly help: string
}

/** One verb of the command line: the same value gives parsing, --help and the table of all verbs. */
export interface Verb {
  readonly name: string
  readonly summary: string
  readonly positional?: string // such as [FORMAT …]
  readonly options: readonly Option[]
  readonly examples: readonly string[]
  run(args: Arguments): Promise<void>
}

/** What the person typed, checked against the verb's options. */
export interface Arguments {
  readonly positional: readonly string[]
  text(name: string): string | undefined
  list(name: string): readonly string[]
  has(name: string): boolean
}

const COMMON: readonly Option[] = [{ name: 'help', help: 'show this page' }]

/** Parses the words after a verb; the last of a repeated option wins, `list` splits at commas. USAGE on anything unknown. */
export function parseArguments(verb: Verb, words: readonly string[]): Arguments {
  const options = [...verb.options, ...COMMON]
  const parsed = minimist([...words], {
    string: options.filter((option) => option.value !== undefined).map((option) => option.name),
    boolean: options.filter((option) => option.value === undefined).map((option) => option.name),
  })
  const names = options.map((option) => option.name)
  for (const key of Object.keys(parsed)) if (key !== '_' && !names.includes(key)) throw unknownOption(verb, key, names)
  const positional: string[] = parsed['_'].map(String)
  if (positional.length > 0 && verb.positional === undefined) {
    throw new ReleaseError('USAGE', `${verb.name} takes no word like "${positional[0]}"`, { hint: seeHelp(verb) })
  }
  const last = (name: string): unknown => [parsed[name]].flat().at(-1)
  const text = (name: string): string | undefined => {
    const value = last(name)
    if (value === undefined || typeof value === 'boolean') return undefined
    if (value === '') throw new ReleaseError('USAGE', `--${name} wants a value`, { hint: seeHelp(verb) })
    return String(value)
  }
  return {
    positional,
    text,
    list: (name) => (text(name) ?? '').split(',').filter((item) => item !== ''),
    has: (name) => last(name) === true,
  }
}

function unknownOption(verb: Verb, key: string, names: readonly string[]): ReleaseError {
  const near = nearest(key, names)
  const hint = near === undefined ? seeHelp(verb) : `Did you mean --${near}?`
  return new ReleaseError('USAGE', `${verb.name} has no option --${key}`, { hint })
}

const seeHelp = (verb: Verb): string => `See \`slipway ${verb.name} --help\`.`

/** The page of one verb. */
export function renderHelp(verb: Verb): string {
  const rows = [...verb.options, ...COMMON].map((option) => [
    `  --${option.name}${option.value === undefined ? '' : ` ${option.value}`}`,
    option.help,
  ])
  const width = Math.max(...rows.map(([left]) => left?.length ?? 0))
  const lines = rows.map(([left = '', right = '']) => `${left.padEnd(width + 2)}${right}`)
  const usage = ['slipway', verb.name, verb.positional, '[options]'].filter((word) => word !== undefined).join(' ')
  const examples = verb.examples.map((example) => `  ${example}`)
  return [verb.summary, '', `Usage: ${usage}`, '', 'Options:', ...lines, '', 'Examples:', ...examples, ''].join('\n')
}

/** What a person types to run Slipway here: scripts of a checkout are called through pnpm, no `slipway` is on PATH. */
export function commandName(): string {
  const { npm_lifecycle_event } = process.env
  return npm_lifecycle_event === undefined ? 'slipway' : 'npx -y pnpm@10 slipway'
}
