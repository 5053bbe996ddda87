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

interface Stanza {
  readonly archive: string
  readonly version: string
  readonly provides: string
  readonly place: number
  readonly length: number
}

// Written away and parsed when asked for: an index has 70 000 stanzas, a base needs a hundred
const KEPT =
  /^(?:Package|Version|Architecture|Filename|Size|SHA256|Priority|Depends|Pre-Depends|Provides|Conflicts|Breaks):[^\n]*(?:\n[ \t][^\n]*)*/gm
const PRIORITIES = ['required', 'important', 'standard', 'optional']

/** The newest candidate of every package name over several suites of one architecture. */
export class PackageIndex {
  readonly #stanzas = new Map<string, Stanza>()
  readonly #parsed = new Map<string, BinaryPackage>()
  readonly #texts: Texts

  constructor(texts: Texts) {
    this.#texts = texts
  }

  /** Takes one stanza of a Packages file of `archive` (`debian`, `debian-security`); an older version is ignored. */
  add(archive: string, text: string): void {
    const kept = (text.match(KEPT) ?? []).join('\n')
    const name = copied(field(kept, 'Package'))
    const version = copied(field(kept, 'Version'))
    const known = this.#stanzas.get(name)
    if (known !== undefined && compareDebianVersions(known.version, version) >= 0) return
    const provides = copied(field(kept, 'Provides'))
    this.#stanzas.set(name, { archive, version, provides, place: this.#texts.append(kept), length: kept.length })
    this.#parsed.delete(name)
  }

  find(name: string): BinaryPackage | undefined {
    const stanza = this.#stanzas.get(name)
    if (stanza === undefined) return undefined
    const known = this.#parsed.get(name) ?? parsePackage(stanza.archive, this.#texts.read(stanza.place, stanza.length))
    this.#parsed.set(name, known)
    return known
  }

  /** What can stand for a relation, best first: the real package, then those that provide it, by priority and name. */
  providers(relation: Relation): BinaryPackage[] {
    const real = this.find(relation.name)
    if (real !== undefined && satisfies(relation, real.version)) return [real]
    const providers = [...this.#stanzas]
      .filter(([, { provides }]) => provides.includes(relation.name))
      .map(([name]) => this.find(name))
      .filter((found) => found !== undefined)
    return providers
      .filter((found) => found.provides.some((one) => one.name === relation.name && provided(one, relation)))
      .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
  }
}

// A part of a string keeps the whole of it in memory
const copied = (part: string): string => Buffer.from(part, 'latin1').toString('latin1')

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

/** The stanzas of a Packages file as it comes; nothing but one stanza and one chunk is held. */
export async function* splitStanzas(bytes: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let rest = Buffer.alloc(0)
  for await (const chunk of bytes) {
    rest = Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n', start)) {
      if (end > start) yield rest.toString('latin1', start, end) // one byte per character: no field that is kept has others
      start = end + 2
    }
    rest = rest.subarray(start)
  }
  const last = rest.toString('latin1').trim()
  if (last !== '') yield last
}
