import { type ArchiveEntry, fileEntry } from '../lib/archive/entry.ts'

type Reason = readonly [reason: string, ...hints: readonly string[]]

const PUBLISHED: Reason = [
  'Published by the authors themselves beside Debian, so no bug of Debian asks for the package.',
  'initial-upload-closes-no-bugs *',
]

/** Lintian hints that do not apply to a private directory of locked wheels, and why. */
const DEPENDENCIES: readonly Reason[] = [PUBLISHED]

/** Lintian hints that do not apply to the application's own files, and why. */
const APPLICATION: readonly Reason[] = [PUBLISHED]

/** The file with which lintian is told that a hint is known and why (Lintian User's Manual 2.4). */
export function overrides(name: string, kind: 'dependencies' | 'application'): ArchiveEntry {
  const reasons = kind === 'dependencies' ? DEPENDENCIES : APPLICATION
  const text = reasons.map(([reason, ...hints]) => `# ${reason}\n${hints.map((hint) => `${name}: ${hint}\n`).join('')}`)
  return fileEntry(`usr/share/lintian/overrides/${name}`, text.join('\n'))
}
