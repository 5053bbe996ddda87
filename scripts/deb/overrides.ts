import { type ArchiveEntry, fileEntry } from '../lib/archive/entry.ts'
import type { Places } from './layout.ts'

type Reason = readonly [reason: string, ...hints: readonly string[]]

const PUBLISHED: Reason = [
  'Published by the authors themselves beside Debian, so no bug of Debian asks for the package.',
  'initial-upload-closes-no-bugs *',
]

/** Lintian hints that do not apply to a private directory of locked wheels, and why; `VENDOR` is that directory. */
const DEPENDENCIES: readonly Reason[] = [
  PUBLISHED,
  [
    'Wheels of a private directory, byte for byte as their authors published them and as the lock file names them.',
    'unstripped-binary-or-object [VENDOR/*]',
    'embedded-library * [VENDOR/*]',
    'embedded-javascript-library * [VENDOR/*]',
    'unusual-interpreter * [VENDOR/*]',
    'executable-not-elf-or-script [VENDOR/*]',
    'package-contains-timestamped-gzip * [VENDOR/*]',
  ],
  [
    'Templates and scripts of these wheels; whether any of them is shown is up to the application.',
    'privacy-breach-facebook * [VENDOR/*]',
    'privacy-breach-generic * [VENDOR/*]',
    'privacy-breach-google-adsense * [VENDOR/*]',
    'privacy-breach-logo * [VENDOR/*]',
    'privacy-breach-twitter * [VENDOR/*]',
    'privacy-breach-uses-embedded-file * [VENDOR/*]',
  ],
]

/** Lintian hints that do not apply to the application's own files, and why; `APP` is the directory of its sources. */
const APPLICATION: readonly Reason[] = [
  PUBLISHED,
  [
    "The application's own assets: every channel of a release carries the same bytes under the same hashed names.",
    'embedded-javascript-library *',
  ],
  [
    "Sources of a private directory, as they stand in the application's repository; the launcher starts them by itself.",
    'unusual-interpreter * [APP/*]',
    'executable-not-elf-or-script [APP/*]',
  ],
]

/** The file with which lintian is told that a hint is known and why (Lintian User's Manual 2.4). */
export function overrides(name: string, kind: 'dependencies' | 'application', places: Places): ArchiveEntry {
  const reasons = kind === 'dependencies' ? DEPENDENCIES : APPLICATION
  const line = (hint: string): string =>
    `${name}: ${hint.replace('VENDOR', places.vendor).replace('APP', places.app)}\n`
  const text = reasons.map(([reason, ...hints]) => `# ${reason}\n${hints.map(line).join('')}`)
  return fileEntry(`usr/share/lintian/overrides/${name}`, text.join('\n'))
}
