import { changelogSection } from '../lib/core/changelog.ts'
import type { ChangedFiles } from '../lib/core/plan.ts'

/** Where the words of a release may come from; the first that has any is taken. */
export interface NoteSources {
  readonly version: string
  readonly file: string // the changelog, or the file that `release.notes` names; `` where there is none
  readonly chosen: boolean // `release.notes` names it, so that it need not be a changelog
  readonly commits: readonly string[] // first lines since the release before
}

/** The words of a release: its section of the file, else the whole file that was named for it, else the commits. */
export function notesOf({ version, file, chosen, commits }: NoteSources): string {
  const section = changelogSection(file, version)
  if (section !== '') return section
  if (chosen && !hasVersions(file)) return file.replaceAll('\r\n', '\n').trim()
  return commits.length === 0 ? '' : `## Changes\n\n${commits.map((line) => `- ${neutral(line)}`).join('\n')}`
}

const LISTED = 300

/** Files that differ from the release before, folded away, with the page that shows how; nothing where there is none. */
export function renderChangedFiles(changed: ChangedFiles | undefined, page: string): string {
  if (changed === undefined || changed.files.length === 0) return ''
  const { since, files } = changed
  const lines = files.slice(0, LISTED).map(({ path, how }) => `- ${how} ${neutral(path)}`)
  const rest = files.length > LISTED ? [`- … and ${files.length - LISTED} more`] : []
  const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`
  const title = `<details><summary>${count} changed since the release before</summary>`
  return [
    title,
    `${page} shows how they differ from ${neutral(since)}.`,
    [...lines, ...rest].join('\n'),
    '</details>',
  ].join('\n\n')
}

function hasVersions(file: string): boolean {
  return /^#{1,6}\s+\[?v?[0-9]/m.test(file)
}

// Control characters, and those that turn the direction of text: what is shown would not be what is written.
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/**
 * Words that somebody else wrote, as they are: in a code span nothing is a link, an image, HTML or the mention of a person
 * (CommonMark 6.1; a span is closed by as many backticks as open it).
 */
function neutral(text: string): string {
  const plain = text.replaceAll(UNSEEN, ' ').trim()
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const room = plain.startsWith('`') || plain.endsWith('`') ? ' ' : ''
  return `${fence}${room}${plain}${room}${fence}`
}

const REST = '\n\n… the rest is in the repository.'

/** At most so many characters, cut between lines; a code block that the cut would leave open is closed. */
export function shorten(notes: string, room: number): string {
  if (notes.length <= room) return notes
  const kept = notes.slice(0, Math.max(0, room - REST.length - 10))
  const lines = kept.slice(0, Math.max(0, kept.lastIndexOf('\n'))).split('\n')
  let open = ''
  for (const line of lines) {
    const [, fence = ''] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? []
    if (open === '') open = fence.slice(0, 8)
    else if (fence.startsWith(open)) open = ''
  }
  return `${lines.join('\n')}${open === '' ? '' : `\n${open}`}${REST}`
}
