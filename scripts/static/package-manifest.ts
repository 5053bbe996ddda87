import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

type Names = Readonly<Record<string, unknown>>

/** What a package.json says that matters here; nothing in it is sure to be there. */
export interface PackageManifest {
  readonly name?: string
  readonly version?: string
  readonly license?: unknown
  readonly licenses?: unknown
  readonly author?: unknown
  readonly homepage?: unknown
  readonly repository?: unknown
  readonly os?: unknown
  readonly cpu?: unknown
  readonly libc?: unknown
  readonly scripts?: Names
  readonly dependencies?: Names
  readonly devDependencies?: Names
  readonly optionalDependencies?: Names
  readonly peerDependencies?: Names
}

/** The package.json of a folder, if it has one. */
export async function readManifest(folder: string): Promise<PackageManifest | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text.replace(/^\ufeff/, '')) as PackageManifest)
}

/** The licence that it declares: an SPDX expression, or what older packages wrote instead. */
export function declaredLicense({ license, licenses }: PackageManifest): string {
  const all = [license, ...(Array.isArray(licenses) ? licenses : [licenses])]
  return [...new Set(all.map((one) => textIn(one, 'type')).filter((one) => one !== ''))].join(' OR ')
}

/** Who wrote it. */
export function authorOf({ author }: PackageManifest): string {
  const email = textIn(author, 'email')
  const name = textIn(author, 'name')
  return typeof author === 'object' && email !== '' ? `${name} <${email}>` : name
}

/** Where it lives: its page, or its repository. */
export function homepageOf({ homepage, repository }: PackageManifest): string {
  const address = typeof homepage === 'string' ? homepage : textIn(repository, 'url')
  return address
    .replace(/^git\+/, '')
    .replace(/^git:/, 'https:')
    .replace(/\.git$/, '')
}

function textIn(value: unknown, key: string): string {
  if (typeof value === 'string') return value.trim()
  const inner = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : ''
  return typeof inner === 'string' ? inner.trim() : ''
}
