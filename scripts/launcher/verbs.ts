import type { Facts } from '../lib/core/facts.ts'

/** A verb of the launcher's command line, as `APP --help` shows it. */
export interface LauncherVerb {
  readonly name: string
  readonly usage: string // its arguments; `…` where every word is the command's own
  readonly summary: string
}

/** The table of slipway_launcher/main.py for papers; a test compares the two. */
export const LAUNCHER_VERBS: readonly LauncherVerb[] = [
  { name: 'init', usage: '', summary: 'make directories and keys that are missing' },
  { name: 'run', usage: '[SERVICE]', summary: 'run a service, the first one unless named; --all: every one' },
  { name: 'migrate', usage: '', summary: 'bring the database up to date, one at a time' },
  { name: 'manage', usage: '…', summary: "the application's management commands" },
  { name: 'createsuperuser', usage: '…', summary: 'make an administrator' },
  { name: 'check', usage: '', summary: 'say what is well and what is missing' },
  { name: 'health', usage: '[SERVICE]', summary: 'ask the running service; --ready: whether it can serve' },
  { name: 'paths', usage: '', summary: 'where everything is; --json' },
  { name: 'version', usage: '', summary: "the application's version" },
  { name: 'setup-db', usage: '', summary: 'make the database on this machine, or look at one elsewhere' },
  { name: 'drop-db', usage: '', summary: "remove the application's own database" },
  { name: 'backup', usage: '[FILE]', summary: 'keep database, files and keys in one file' },
  { name: 'restore', usage: 'FILE', summary: 'put the data of a backup in place' },
  { name: 'accept-key', usage: '', summary: 'go on with another key than the data was made with' },
  { name: 'accept-version', usage: '', summary: 'go on with an older version than the data was changed by' },
  { name: 'kube-secret', usage: '--name NAME', summary: 'add missing keys to a Kubernetes Secret' },
  { name: 'python', usage: '…', summary: "Python with the application's path and environment" },
]

/** The verbs that one application has, and its own commands; a verb of the launcher wins over one of the same name. */
export function verbsOf({ runtime }: Facts): readonly LauncherVerb[] {
  const has: Readonly<Record<string, boolean>> = {
    migrate: runtime.migrate !== undefined,
    manage: runtime.manage !== undefined,
    createsuperuser: runtime.createsuperuser !== undefined,
    run: runtime.services.length > 0,
    health: runtime.services.length > 0,
    'setup-db': runtime.database !== undefined,
    'drop-db': runtime.database !== undefined,
    'accept-key': runtime.environment.some((row) => row.generate === 'key'),
    'accept-version': runtime.migrate !== undefined,
    'kube-secret': runtime.environment.some((row) => row.generate === 'key'),
  }
  const known = new Set(LAUNCHER_VERBS.map((verb) => verb.name))
  const own = Object.entries(runtime.commands)
    .filter(([name]) => !known.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, command]) => ({ name, usage: '…', summary: command.join(' ') }))
  return [...LAUNCHER_VERBS.filter((verb) => has[verb.name] ?? true), ...own]
}
