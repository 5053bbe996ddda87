import { compareDebianVersions } from '../lib/core/debian-version.ts'
import type { TextFile } from '../lib/io/text-file.ts'
import { parseRelations, type Relation, satisfies } from './relations.ts'

/** A binary package as a signed index describes it; `path` begins with its archive: `debian/pool/…`. */
export interface BinaryPackage {
  readonly name: string
  readonly version: string
  readonly arch: string
  readonly sha256: string
  readonly size: number
  readonly path: string
  readonly priority: string
  readonly depends: readonly (readonly Relation[])[] // Pre-Depends, then Depends
  readonly provides: readonly Relation[]
  readonly against: readonly Relation[] // Conflicts and Breaks
}

/** Where the texts of an index are kept: a file, or memory. */
export type Texts = Pick<TextFile, 'append' | 'read'>

const PRIORITIES = ['required', 'important', 'standard', 'optional']

/**
 * The newest candidate of every package name over several suites of one architecture. Stanzas are written away and parsed
 * when asked for: an index has 70 000, a base needs a hundred; in memory there are a name and two numbers of each.
 */
export class PackageIndex {
  readonly #rows = new Map<string, number>()
  readonly #archives: string[] = []
  readonly #starts: number[] = []
  readonly #lengths: number[] = []
  readonly #provides = new Map<string, string>() // of the few that have the field
  readonly #parsed = new Map<string, BinaryPackage>()
  readonly #texts: Texts

  constructor(texts: Texts) {
    this.#texts = texts
  }

  /** Takes one stanza of a Packages file of `archive` (`debian`, `debian-security`); an older version is ignored. */
  add(archive: string, stanza: Buffer): void {
    const name = bytesOf(stanza, 'Package')
    const known = this.#rows.get(name)
    if (known !== undefined && compareDebianVersions(this.#version(known), bytesOf(stanza, 'Version')) >= 0) return
    const row = known ?? this.#rows.size
    this.#rows.set(name, row)
    this.#archives[row] = archive
    this.#starts[row] = this.#texts.append(stanza)
    this.#lengths[row] = stanza.length
    this.#parsed.delete(name)
    const provides = bytesOf(stanza, 'Provides')
    if (provides === '') this.#provides.delete(name)
    else this.#provides.set(name, provides)
  }

  find(name: string): BinaryPackage | undefined {
    const row = this.#rows.get(name)
    if (row === undefined) return undefined
    const known = this.#parsed.get(name) ?? parsePackage(this.#archives[row] ?? '', this.#text(row))
    this.#parsed.set(name, known)
    return known
  }

  /** What can stand for a relation, best first: the real package, then those that provide it, by priority and name. */
  providers(relation: Relation): BinaryPackage[] {
    const real = this.find(relation.name)
    if (real !== undefined && satisfies(relation, real.version)) return [real]
    const providers = [...this.#provides]
      .filter(([, provides]) => provides.includes(relation.name))
      .map(([name]) => this.find(name))
      .filter((found) => found !== undefined)
    return providers
      .filter((found) => found.provides.some((one) => one.name === relation.name && provided(one, relation)))
      .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
  }

  #text(row: number): string {
    return this.#texts.read(this.#starts[row] ?? 0, this.#lengths[row] ?? 0)
  }

  #version(row: number): string {
    return field(this.#text(row), 'Version')
  }
}

type Field = 'Package' | 'Version' | 'Provides'

const STARTS: Readonly<Record<Field, Buffer>> = {
  Package: Buffer.from('\nPackage:'),
  Version: Buffer.from('\nVersion:'),
  Provides: Buffer.from('\nProvides:'),
}

/** The value of a field without making a string of the whole stanza; `''` where it is absent. */
function bytesOf(stanza: Buffer, name: Field): string {
  const start = STARTS[name]
  const isFirst = start.compare(stanza, 0, start.length - 1, 1) === 0
  const before = isFirst ? -1 : stanza.indexOf(start)
  if (before < 0 && !isFirst) return ''
  const from = before + start.length
  let end = from
  do end = stanza.indexOf('\n', end + 1)
  while (end >= 0 && (stanza[end + 1] === 0x20 || stanza[end + 1] === 0x09)) // the value goes on
  return stanza.toString('latin1', from, end < 0 ? stanza.length : end).trim()
}

/** Whether a Provides entry meets a relation: a versioned relation needs a versioned Provides. */
export function provided(entry: Relation, relation: Relation): boolean {
  return satisfies(relation, entry.version?.value)
}

function rank(found: BinaryPackage): number {
  const index = PRIORITIES.indexOf(found.priority)
  return index < 0 ? PRIORITIES.length : index
}

/** The value of a field of a stanza, `''` where it is absent. */
export function field(stanza: string, name: string): string {
  const match = new RegExp(`^${name}:([^\\n]*(?:\\n[ \\t][^\\n]*)*)`, 'm').exec(stanza)
  return (match?.[1] ?? '').trim()
}

function parsePackage(archive: string, text: string): BinaryPackage {
  const relations = (...names: string[]): Relation[][] => names.flatMap((name) => parseRelations(field(text, name)))
  return {
    name: field(text, 'Package'),
    version: field(text, 'Version'),
    arch: field(text, 'Architecture'),
    sha256: field(text, 'SHA256'),
    size: Number(field(text, 'Size')),
    path: `${archive}/${field(text, 'Filename')}`,
    priority: field(text, 'Priority'),
    depends: relations('Pre-Depends', 'Depends'),
    provides: relations('Provides').flat(),
    against: relations('Conflicts', 'Breaks').flat(),
  }
}

/** The stanzas of a Packages file as it comes, each good until the next is asked for; nothing but one and a chunk is held. */
export async function* splitStanzas(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const chunk of bytes) {
    rest = Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n', start)) {
      if (end > start) yield rest.subarray(start, end)
      start = end + 2
    }
    rest = rest.subarray(start)
  }
  const end = rest.length - (rest.at(-1) === 0x0a ? 1 : 0)
  if (end > 0) yield rest.subarray(0, end)
}
