import { ReleaseError } from '../lib/core/error.ts'
import type { Part, Published } from './publish.ts'

/** The part that the words after `publish` ask for. */
export function partOf(words: readonly string[]): Part {
  const [word, ...rest] = words
  if (word === undefined) return 'both'
  if (rest.length === 0 && (word === 'draft' || word === 'finish')) return word
  throw new ReleaseError('USAGE', `publish does not know "${words.join(' ')}"`, {
    hint: 'Write `slipway publish`, `slipway publish draft` or `slipway publish finish`.',
  })
}

/** USAGE for a part of a simulation: its stand-in is gone when it ends, so no part follows another. */
export function assertWhole(part: Part): void {
  if (part === 'both') return
  throw new ReleaseError('USAGE', '--simulate does the whole of publishing', {
    hint: 'Write `slipway publish --simulate`.',
  })
}

/** The command that does the same again. */
export function commandOf(part: Part, out: string | undefined): string {
  const words = ['slipway', 'publish', ...(part === 'both' ? [] : [part]), ...(out === undefined ? [] : ['--out', out])]
  return words.map((word) => (/^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

/** What a person reads at the end of a run. */
export function renderPublished({ tag, state, page, files, sent, changed }: Published): string {
  const place = PLACES[state]
  if (!changed) return `nothing to do: ${tag} is ${place}, with all ${files} files\n${page}`
  return `${tag} is ${place}: ${files} files compared, ${sent.length} of them sent by this run\n${page}`
}

const PLACES: Readonly<Record<Published['state'], string>> = {
  draft: 'a complete draft that only maintainers see',
  public: 'public',
}
