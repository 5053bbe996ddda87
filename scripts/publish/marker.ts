import { createHash } from 'node:crypto'

// An HTML comment: kept by GitHub in the Markdown, shown to nobody.
const MARKER = /<!-- slipway ([0-9a-f]{64}) -->\s*$/

/** The body with a last line by which a later run knows its own draft, and whether a person edited it since. */
export function signBody(body: string): string {
  const text = normalise(body)
  return `${text}\n\n<!-- slipway ${fingerprint(text)} -->\n`
}

/** foreign: not written by Slipway; edited: a person changed it since, so it is kept; own: as Slipway left it. */
export type Authorship = 'foreign' | 'edited' | 'own'

/** Who wrote a release's body. */
export function authorshipOf(body: string): Authorship {
  const [, known] = MARKER.exec(body) ?? []
  if (known === undefined) return 'foreign'
  return fingerprint(normalise(body.replace(MARKER, ''))) === known ? 'own' : 'edited'
}

// GitHub's editor in the browser leaves CR LF.
function normalise(body: string): string {
  return body.replaceAll('\r\n', '\n').trim()
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
