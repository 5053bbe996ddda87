import { verbsOf } from '../launcher/verbs.ts'
import type { Facts } from '../lib/core/facts.ts'

type Paragraph = readonly [term: string, text: string]

const EXIT_STATUS: readonly Paragraph[] = [
  ['0', 'done'],
  ['1', 'the application, the database or the service failed'],
  ['2', 'wrong use, or not allowed to read something'],
  ['75', 'the database does not answer'],
  ['78', 'something must be configured first'],
]

/** The manual page of /usr/bin/APP, man(7), from the launcher's verbs. */
export function renderManual(facts: Facts): string {
  const { name, title, summary, description, homepage } = facts.app
  const date = new Date(facts.epoch * 1000).toISOString().slice(0, 10)
  const verbs = verbsOf(facts).map((verb): Paragraph => [`${verb.name} ${verb.usage}`.trim(), verb.summary])
  return [
    `.TH ${quote(name.toUpperCase())} 8 ${date} ${quote(facts.version.plain)} ${quote(title)}`,
    ...section('NAME', [`${troff(name)} \\- ${troff(summary)}`]),
    ...section('SYNOPSIS', [`.B ${troff(name)}`, '[\\-\\-config FILE] [\\-\\-state DIR] VERB \\&...']),
    ...section('DESCRIPTION', description.trim().split('\n').map(troff)),
    ...section('VERBS', verbs.flatMap(paragraph)),
    ...section('FILES', filesOf(facts).flatMap(paragraph)),
    ...section('EXIT STATUS', EXIT_STATUS.flatMap(paragraph)),
    ...section('SEE ALSO', [`/usr/share/doc/${troff(name)}/README.Debian, ${troff(homepage)}`]),
    '',
  ].join('\n')
}

function filesOf({ app: { name } }: Facts): readonly Paragraph[] {
  return [
    [`/etc/${name}/${name}.env`, 'configuration; every variable is explained there'],
    [`/etc/${name}/conf.d/*.env`, 'further configuration; wins over the file above'],
    [`/var/lib/${name}`, 'what is kept'],
  ]
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [`.SH ${quote(title)}`, ...lines]
}

function paragraph([term, text]: Paragraph): readonly string[] {
  return ['.TP', `.B ${troff(term)}`, troff(text)]
}

/** Text in which troff sees no request, escape or ligature (groff_man_style(7)). */
function troff(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '...')
  return plain.replace(/^[.']/, '\\&$&')
}

function quote(text: string): string {
  return `"${troff(text).replaceAll('"', '\\(dq')}"`
}
