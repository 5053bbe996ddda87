import type { Facts } from '../lib/core/facts.ts'
import { folded } from './control.ts'
import { packageVersion } from './names.ts'

/** The Debian changelog's one entry, deb-changelog(5): the version's section of the project's own changelog, in Markdown. */
export function renderChangelog(facts: Facts, name: string, notes: string): string {
  const { homepage } = facts.app
  const written = items(notes)
  const usual = [`  * Version ${facts.version.plain}. What is new:`, `    ${homepage}`]
  return entry(facts, name, written.length === 0 ? usual : [`  * Version ${facts.version.plain}.`, ...written])
}

/** What apt-listchanges shows before an upgrade: the parts of the notes headed by `Upgrade` or `Breaking`, if there are any. */
export function renderNews(facts: Facts, notes: string): string | undefined {
  const wanted = items(sections(notes))
  return wanted.length === 0 ? undefined : entry(facts, facts.app.name, wanted)
}

function entry(facts: Facts, name: string, lines: readonly string[]): string {
  const { maintainer } = facts.app
  // RFC 5322 date-time, always in UTC: `Thu, 01 Jan 2026 00:00:00 +0000`
  const date = new Date(facts.epoch * 1000).toUTCString().replace(/GMT$/, '+0000')
  const head = `${name} (${packageVersion(facts)}) stable; urgency=medium`
  return [head, '', ...lines, '', ` -- ${maintainer.name} <${maintainer.email}>  ${date}`, ''].join('\n')
}

const HEADING = /^#{1,6}\s+(.*?)\s*$/

function sections(notes: string): string {
  let within = false
  const kept = notes.split('\n').filter((line) => {
    const heading = HEADING.exec(line)?.[1]
    if (heading !== undefined) within = /upgrad|breaking/i.test(heading)
    return within && heading === undefined
  })
  return kept.join('\n')
}

/** Paragraphs and list items of Markdown as lines of a changelog: `  * text`, its further lines below the text. */
function items(notes: string): readonly string[] {
  const found: string[] = []
  let open = false // whether the next plain line goes on with the last item
  for (const line of notes.split('\n').map((text) => text.trim())) {
    const heading = HEADING.exec(line)?.[1]
    const text = (heading === undefined ? line : `[ ${heading} ]`).replace(/^[-*+]\s+/, '')
    if (open && line !== '' && heading === undefined && text === line) found.push(`${found.pop() ?? ''} ${text}`)
    else if (text !== '') found.push(text)
    open = text !== '' && heading === undefined
  }
  return found.flatMap(renderItem)
}

const WIDTH = 74 // a line of 78 characters, less the indentation

function renderItem(text: string): readonly string[] {
  if (/^\[ .* \]$/.test(text)) return [`  ${text}`]
  return folded(text, WIDTH)
    .split('\n')
    .map((line, index) => `${index === 0 ? '  * ' : '    '}${line}`)
}
