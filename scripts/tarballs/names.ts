import type { Facts } from '../lib/core/facts.ts'
import type { Versions } from '../lib/core/version.ts'

/** The version in names of files and folders: SemVer's spelling, else PEP 440's, else the tag's own; only what GitHub keeps. */
export function nameVersion({ semver, pep440, plain }: Versions): string {
  const spelled = [semver, pep440].flatMap((spelling) => ('value' in spelling ? [spelling.value] : []))
  return kept(spelled[0] ?? plain)
}

/** `APP-X`: the one top directory, and how every name of this room begins. */
export function topDirectory(facts: Facts): string {
  return `${kept(facts.app.name)}-${nameVersion(facts.version)}`
}

/** `APP-X-static`: the one top directory of the static files alone. */
export function staticDirectory(facts: Facts): string {
  return `${topDirectory(facts)}-static`
}

// GitHub rewrites other characters in the names of uploaded files.
const kept = (text: string): string => text.replaceAll(/[^A-Za-z0-9._-]+/g, '.')
