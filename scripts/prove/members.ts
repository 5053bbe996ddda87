import { createHash } from 'node:crypto'

/** What was seen while hashing a small member. */
export interface Noted {
  readonly privateKey: boolean
  readonly digests: readonly string[] // every sha256:… it mentions
}

/** What a reader found at one path of an artifact. */
export type Member =
  | { readonly kind: 'file'; readonly size: number; readonly sha256: string; readonly noted: Noted }
  | { readonly kind: 'link'; readonly target: string }

/** An artifact's files by their paths, without `./` in front. */
export type Members = ReadonlyMap<string, Member>

// A whole key, not the words that libraries which parse keys carry in their sources (RFC 7468).
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\r\n]+(?:[A-Za-z0-9+/=]{32,}[\r\n]+){2,}/
const DIGEST = /sha256:[0-9a-f]{64}/g
const SEARCHED_BYTES = 512 * 1024

/** Hashes a member's bytes as they come, and notes what matters in small ones. */
export async function readMember(bytes: AsyncIterable<Uint8Array>): Promise<Member> {
  const hash = createHash('sha256')
  const kept: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    hash.update(chunk)
    size += chunk.length
    if (size <= SEARCHED_BYTES) kept.push(chunk)
  }
  const text = size <= SEARCHED_BYTES ? Buffer.concat(kept).toString('latin1') : ''
  const noted = { privateKey: PRIVATE_KEY.test(text), digests: text.match(DIGEST) ?? [] }
  return { kind: 'file', size, sha256: hash.digest('hex'), noted }
}

/** A member's path as artifacts are compared: no `./` in front, no slash at the end. */
export function memberPath(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/$/, '')
}
