import type { Built } from '../lib/core/artifact.ts'
import { normaliseName } from '../lib/core/dependency-files.ts'
import type { RequirementLine } from '../lib/core/requirement-lines.ts'
import { isLink, type Tree } from '../lib/core/tree.ts'

/** A distribution by its normalised name (PEP 503) and its version. */
export interface Package {
  readonly name: string
  readonly version: string
}

/** A distribution with the sha256 of its files on the index. */
export interface HashedPackage extends Package {
  readonly hashes: readonly string[]
}

/** The application itself: its wheel and its sdist as they were built. */
export function releasedPackage({ outputs }: Built, version: string): HashedPackage {
  const wheel = outputs.find(({ name }) => name.endsWith('.whl'))?.name ?? ''
  const [name = ''] = wheel.split('-') // binary distribution format
  return { name: normaliseName(name), version, hashes: outputs.map(({ sha256 }) => sha256) }
}

const METADATA = /^[^/]+\.dist-info\/METADATA$/

/** The distributions of an unpacked dependency tree, by name. */
export async function packagesOf(tree: Tree): Promise<readonly Package[]> {
  const packages: Package[] = []
  for (const entry of tree.files) {
    if (isLink(entry) || !METADATA.test(entry.path)) continue
    const [head = ''] = Buffer.from(await tree.read(entry))
      .toString()
      .split(/\r?\n\r?\n/)
    const field = (name: string): string => new RegExp(`^${name}: *(.*?)\\s*$`, 'm').exec(head)?.[1] ?? ''
    packages.push({ name: normaliseName(field('Name')), version: field('Version') })
  }
  return packages.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

const PINNED = /^(?<name>[\w.-]+)\s*(?:\[[^\]]*\])?\s*={2,3}\s*(?<version>[^\s;,]+)/

/** The hashes that a lock has for `name==version`; nothing for what is not locked. */
export function lockedHashes(lines: readonly RequirementLine[]): (one: Package) => readonly string[] {
  const found = new Map<string, Set<string>>()
  for (const { text } of lines) {
    const { name, version } = PINNED.exec(text)?.groups ?? {}
    if (name === undefined || version === undefined) continue
    const key = keyOf({ name: normaliseName(name), version })
    const known = found.get(key) ?? new Set()
    for (const [, hash = ''] of text.matchAll(/--hash[= ]\s*sha256:([0-9a-f]{64})/g)) known.add(hash)
    found.set(key, known)
  }
  return (one) => [...(found.get(keyOf(one)) ?? [])].sort()
}

const keyOf = ({ name, version }: Package): string => `${name}==${version}`
