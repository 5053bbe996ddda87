import { readdir, readFile } from 'node:fs/promises'
import { ReleaseError } from '../lib/core/error.ts'

/** One signed index of a Debian release: its archive below a mirror, and its codename there. */
export interface SuitePart {
  readonly archive: string
  readonly suite: string
}

const KEYS = new URL('keys/', import.meta.url)

// Codenames whose keys lie in keys/
const RELEASES: readonly string[] = ['bookworm', 'trixie']

/** Release, stable updates and security of a Debian release; all are asked, the newest version wins. */
export function suiteParts(suite: string): readonly SuitePart[] {
  return [
    { archive: 'debian', suite },
    { archive: 'debian', suite: `${suite}-updates` },
    { archive: 'debian-security', suite: `${suite}-security` },
  ]
}

/** The armored archive keys that a Debian release is signed with, as the package debian-archive-keyring has them. */
export async function pinnedKeys(suite: string): Promise<readonly string[]> {
  if (!RELEASES.includes(suite)) {
    throw new ReleaseError('CONFIG_INVALID', `Slipway has no keys of a Debian release called ${suite}`, {
      hint: `Use one of ${RELEASES.join(', ')}.`,
    })
  }
  const names = (await readdir(KEYS)).filter((name) => name.includes(`-${suite}-`)).sort()
  return Promise.all(names.map((name) => readFile(new URL(name, KEYS), 'utf8')))
}
