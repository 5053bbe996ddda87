import type { Facts } from '../lib/core/facts.ts'
import type { DebConfig } from './config.ts'
import { depsPackage, minorOf, newestFirst, packageVersion } from './names.ts'
import { systemDepends } from './system-packages.ts'

// deb-systemd-helper is essential; the two programs that postinst calls have stand-alone packages for containers.
const SYSTEMD = [
  'systemd | systemd-standalone-sysusers | systemd-sysusers',
  'systemd | systemd-standalone-tmpfiles | systemd-tmpfiles',
]

/** Bounds of one minor: apt then refuses a broken pair instead of letting the service fail (deb-version(7), `~`). */
function pythonBounds(lowest: number, highest?: number): readonly string[] {
  const lower = `python3 (>= 3.${lowest}~)`
  return highest === undefined ? [lower] : [lower, `python3 (<< 3.${highest + 1}~)`]
}

/** Depends of the application: one of the dependency packages, newest first, so one index serves every distribution. `anyPython`: no upper bound. */
export function appDepends(facts: Facts, config: DebConfig, anyPython: boolean): readonly string[] {
  const minors = config.pythons.map(minorOf)
  const deps = newestFirst(config.pythons).map((python) => `${depsPackage(facts, python)} (= ${packageVersion(facts)})`)
  const python = pythonBounds(Math.min(...minors), anyPython ? undefined : Math.max(...minors))
  const brought = facts.python.native ? [deps.join(' | ')] : systemDepends(facts)
  return [...brought, ...python, ...SYSTEMD, ...config.depends]
}

/** Recommends of the application: the database it would use by default, and what a backup needs. */
export function appRecommends(facts: Facts, config: DebConfig): readonly string[] {
  return [...(facts.runtime.database === undefined ? [] : ['postgresql', 'postgresql-client']), ...config.recommends]
}

/** Depends of one dependency package. */
export function depsDepends(python: string, libraries: readonly string[]): readonly string[] {
  return [...pythonBounds(minorOf(python), minorOf(python)), ...libraries]
}
