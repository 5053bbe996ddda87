import picomatch from 'picomatch'
import type { BuiltOutput, Carried, Carries } from '../lib/core/artifact.ts'
import type { FoundTree } from '../lib/core/proof.ts'
import { isLink, type StaticTree, type TreeEntry } from '../lib/core/tree.ts'
import { findPlace } from './found-place.ts'
import type { Member, Members } from './members.ts'

/** Where GitHub keeps a name as it is; anything else it rewrites on upload. */
const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const ASSET_BYTES = 2 * 1024 ** 3 // GitHub's limit of one asset
const SECRET_NAMES = /(?:^|\/)(?:\.env|\.netrc|\.pypirc|id_(?:rsa|dsa|ecdsa|ed25519)|\.git|\.secrets)(?:\/|$)/

/** What one artifact was shown to hold. */
export interface Proof {
  readonly shown: number // static files found at their places with their bytes
  readonly findings: readonly string[]
  readonly found?: readonly FoundTree[] // trees whose place the plan left open
}

/** Every file of the carried trees at its place with its bytes, and no other file where the tree alone may be. */
export function proveCarries(members: Members, carries: Carries, trees: StaticTree): Proof {
  if (typeof carries === 'string') return { shown: 0, findings: [] }
  const proofs = carries.map((carried) => proveCarried(members, carried, trees[carried.tree].files))
  const found = proofs.flatMap((proof) => proof.found ?? [])
  return {
    shown: proofs.reduce((sum, { shown }) => sum + shown, 0),
    findings: proofs.flatMap(({ findings }) => findings),
    ...(found.length === 0 ? {} : { found }),
  }
}

function proveCarried(members: Members, { tree, at }: Carried, expected: readonly TreeEntry[]): Proof {
  if (at !== undefined) return proveTree(members, tree, at, expected)
  const place = findPlace(members, expected)
  if (place !== undefined) return { ...proveTree(members, tree, place, expected), found: [{ tree, at: place }] }
  return { shown: 0, findings: expected.length === 0 ? [] : [`${tree}: none of its ${expected.length} files is in it`] }
}

function proveTree(members: Members, tree: 'bundle' | 'collected', at: string, expected: readonly TreeEntry[]): Proof {
  const prefix = at === '' ? '' : `${at.replace(/\/$/, '')}/`
  const wrong = expected
    .map((entry) => compareEntry(members, `${prefix}${entry.path}`, entry, expected))
    .filter((finding) => finding !== undefined)
  const extra = tree === 'collected' && prefix !== '' ? strangers(members, prefix, expected) : []
  const findings = [...wrong, ...extra].map((finding) => `${tree}: ${finding}`)
  return { shown: expected.length - wrong.length, findings }
}

function compareEntry(
  members: Members,
  path: string,
  entry: TreeEntry,
  tree: readonly TreeEntry[],
): string | undefined {
  const member = members.get(path)
  if (member === undefined) return `${path} is missing`
  if (isLink(entry)) return sameLink(member, entry.link, tree) ? undefined : `${path} is not the link it should be`
  if (member.kind === 'link') return `${path} is a link`
  return member.sha256 === entry.sha256 ? undefined : `${path} has other bytes`
}

// A format without links (wheel, zip) carries the bytes that the link names.
function sameLink(member: Member, target: string, tree: readonly TreeEntry[]): boolean {
  if (member.kind === 'link') return member.target === target
  const name = target.slice(target.lastIndexOf('/') + 1)
  return tree.some((entry) => !isLink(entry) && entry.path.endsWith(name) && entry.sha256 === member.sha256)
}

function strangers(members: Members, prefix: string, tree: readonly TreeEntry[]): readonly string[] {
  const known = new Set(tree.map((entry) => prefix + entry.path))
  return [...members.keys()]
    .filter((path) => path.startsWith(prefix) && !known.has(path))
    .map((path) => `${path} is not in dist/static.json`)
}

/**
 * Names and contents that must never be public; `allowed` are globs of the project, found below any folder of an artifact.
 * A key among the `vendored` files is public already: some dependencies ship those of their tests.
 */
export function proveNothingSecret(
  members: Members,
  allowed: readonly string[],
  vendored: ReadonlySet<string> = new Set(),
): readonly string[] {
  const isAllowed = picomatch(
    allowed.flatMap((glob) => [glob, `**/${glob}`]),
    { dot: true },
  )
  const findings: string[] = []
  for (const [path, member] of members) {
    if (isAllowed(path)) continue
    if (SECRET_NAMES.test(path)) findings.push(`${path} looks like a secret`)
    if (member.kind === 'file' && member.noted.privateKey && !vendored.has(member.sha256)) {
      findings.push(`${path} holds a private key`)
    }
  }
  return findings
}

/** That an artifact which carries static files by digest names the digest of an image of this very release. */
export function proveDigest(members: Members, digests: readonly string[]): readonly string[] {
  const mentioned = [...members.values()].flatMap((member) => (member.kind === 'file' ? member.noted.digests : []))
  return mentioned.some((digest) => digests.includes(digest)) ? [] : ['names no image of this release by its digest']
}

/** A name that GitHub keeps, a size that it takes. */
export function proveNameAndSize({ name, size }: BuiltOutput): readonly string[] {
  const findings: string[] = []
  if (!SAFE_NAME.test(name)) findings.push('GitHub would rewrite this name')
  if (size >= ASSET_BYTES) findings.push(`${size} bytes are more than GitHub takes (2 GiB)`)
  return findings
}
