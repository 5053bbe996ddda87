import type { ArchiveEntry } from '../lib/archive/entry.ts'

/** Packages that are left out of every image although others want them: nothing in an image ever installs or asks. */
export const EXCLUDED: ReadonlySet<string> = new Set([
  'awk', // python3-minimal wants it for its maintainer scripts
  'gawk',
  'mawk',
  'dpkg',
  'tar',
  'debconf',
  'debconf-2.0',
  'openssl', // the program; the library stays
  'postgresql-common', // clusters of a whole machine; with it come perl, adduser and init scripts
  'postgresql-client-common',
  'ssl-cert', // makes a key that every copy of the image would share
  'locales',
  'libllvm14',
  'libllvm19', // 154 MB, for compiled queries only: llvmjit.so goes with it
  'sensible-utils',
  'debianutils',
])

type Rule = readonly [verdict: 'keep' | 'drop', path: RegExp]

// First match wins. What is dropped is read by people or by an init system, never by a program in a container.
const RULES: readonly Rule[] = [
  ['keep', /^usr\/share\/doc\/[^/]+\/copyright$/],
  ['drop', /^usr\/share\/doc\/[^/]+\/./],
  ['drop', /^usr\/share\/(?:man|info|locale|lintian|bug|doc-base|bash-completion|pixmaps|applications|gdb)\//],
  ['drop', /^etc\/(?:init\.d|cron\.[a-z]+|logrotate\.d|pam\.d|systemd|default|apparmor\.d)\//],
  ['drop', /^usr\/lib\/postgresql\/\d+\/lib\/(?:llvmjit|bitcode\/)/],
  ['drop', /^usr\/lib\/(?:postgresql\/\d+\/lib\/pgxs|[^/]+\/(?:cmake|pkgconfig))\//], // for compilers
  ['drop', /^usr\/share\/postgresql\/\d+\/man\//],
  ['drop', /^usr\/bin\/tini-static$/], // the same program again
  ['drop', /^usr\/lib\/(?:systemd|tmpfiles\.d|sysusers\.d)\//],
]

/** Whether an entry of a package belongs into an image; folders come back with what they hold. */
export function isKept(entry: ArchiveEntry): boolean {
  const name = entry.kind === 'directory' ? `${entry.path}/` : entry.path
  const rule = RULES.find(([, pattern]) => pattern.test(name))
  if (rule !== undefined) return rule[0] === 'keep'
  // A link such as usr/share/doc/libc-bin leads to a neighbour's copyright and stays; an empty folder does not
  return entry.kind !== 'directory' || !/^usr\/share\/doc\/[^/]+$/.test(entry.path)
}
