import { comparePaths, isLink, type TreeEntry } from '../lib/core/tree.ts'
import type { Members } from './members.ts'

/** The folder below which most files of a tree lie with their bytes, `''` for the root; undefined where no file has its bytes. */
export function findPlace(members: Members, expected: readonly TreeEntry[]): string | undefined {
  const byName = groupByName(members)
  const votes = new Map<string, number>()
  for (const entry of expected) {
    for (const place of placesOf(entry, members, byName)) votes.set(place, (votes.get(place) ?? 0) + 1)
  }
  const ranked = [...votes].sort(([a, x], [b, y]) => y - x || a.length - b.length || comparePaths(a, b))
  return ranked[0]?.[0]
}

/** Where a file lies with its bytes. */
function placesOf(
  entry: TreeEntry,
  members: Members,
  byName: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  if (isLink(entry)) return []
  const same = (byName.get(nameOf(entry.path)) ?? []).filter((path) => {
    const member = members.get(path)
    return member?.kind === 'file' && member.sha256 === entry.sha256
  })
  return same.map((path) => placeOf(path, entry.path)).filter((place) => place !== undefined)
}

function groupByName(members: Members): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const path of members.keys()) {
    const group = groups.get(nameOf(path))
    if (group === undefined) groups.set(nameOf(path), [path])
    else group.push(path)
  }
  return groups
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** What stands before the path of a tree. */
function placeOf(path: string, inTree: string): string | undefined {
  if (path === inTree) return ''
  return path.endsWith(`/${inTree}`) ? path.slice(0, -inTree.length - 1) : undefined
}
