import { ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { PypiConfig } from './config.ts'

/** The names that a project has on the index and on disk. */
export interface Names {
  readonly version: string // PEP 440
  readonly distribution: string // escaped as in file names: satchel_release
  readonly package: string // the one package that everything is private in
  readonly distInfo: string
  readonly wheel: string
  readonly sdist: string
}

/** Lower case, runs of `-`, `_` and `.` as one `-` (PEP 503). */
export function normalizeName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
}

/** File and folder names of a release (binary distribution format; PEP 625 for the sdist). */
export function namesOf(facts: Facts, config: PypiConfig): Names {
  const { pep440 } = facts.version
  if ('refused' in pep440) throw new ReleaseError('VERSION_UNSPELLABLE', pep440.refused)
  const distribution = normalizeName(config.name).replaceAll('-', '_')
  return {
    version: pep440.value,
    distribution,
    package: `${facts.app.name.replaceAll(/[^a-z0-9]+/g, '_')}_release`,
    distInfo: `${distribution}-${pep440.value}.dist-info`,
    wheel: `${distribution}-${pep440.value}-py3-none-any.whl`,
    sdist: `${distribution}-${pep440.value}.tar.gz`,
  }
}
