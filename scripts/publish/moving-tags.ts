import { compareVersions, spellVersion } from '../lib/core/version.ts'
import { parseVersion } from '../lib/core/version-parse.ts'

/** What becomes of a version among its siblings: GitHub's flags and the tags of its images, by one decision. */
export interface Standing {
  readonly prerelease: boolean
  /** GitHub's "latest" badge and the `latest` tag. */
  readonly latest: boolean
  /** Tags that move to this version besides its own: `1.5`, `1`, `latest`. */
  readonly moving: readonly string[]
}

/** A pre-release moves nothing; a back-port moves only tags on which nothing newer stands. `history` may hold the version itself. */
export function standingOf(version: string, history: readonly string[]): Standing {
  if (spellVersion(version).prerelease) return { prerelease: true, latest: false, moving: [] }
  const newer = history.filter((other) => isStable(other) && compareVersions(other, version) > 0)
  const [major = '', minor] = numbersOf(version)
  const lines = [
    { tag: minor === undefined ? '' : `${major}.${minor}`, line: [major, minor ?? ''] },
    { tag: major === '0' ? '' : major, line: [major] }, // SemVer §4: 0.x promises nothing, so `0` would be a trap
    { tag: 'latest', line: [] },
  ]
  const moving = lines
    .filter(({ tag, line }) => tag !== '' && tag !== version && !newer.some((other) => isOnLine(other, line)))
    .map(({ tag }) => tag)
  return { prerelease: false, latest: newer.length === 0, moving }
}

/** The references that move to an exact one: `name:1.5.0-lean` gives `name:1.5-lean`, `name:1-lean`, `name:latest-lean`. */
export function movingReferences(reference: string, version: string, moving: readonly string[]): readonly string[] {
  const colon = reference.lastIndexOf(':')
  const [repository, tag] = [reference.slice(0, colon), reference.slice(colon + 1)]
  if (!tag.startsWith(version)) return []
  return moving.map((line) => `${repository}:${line}${tag.slice(version.length)}`)
}

function isStable(version: string): boolean {
  return !('refused' in parseVersion(version)) && !spellVersion(version).prerelease
}

function isOnLine(version: string, line: readonly string[]): boolean {
  const numbers = numbersOf(version)
  return line.every((number, place) => numbers[place] === number)
}

// Only the numbers of the release itself: `1.5.0.post1` and `1.5.0` stand on the same lines.
function numbersOf(version: string): readonly string[] {
  const parsed = parseVersion(version)
  return 'refused' in parsed ? [] : parsed.release.map(String)
}
