import type { Facts } from '../lib/core/facts.ts'
import { spelled } from '../lib/core/version.ts'
import type { PypiConfig } from './config.ts'

/** The names that a project has on the index and on disk. */
export interface Names {
  readonly version: string // PEP 440
  readonly distInfo: string
  readonly wheel: string
  readonly sdist: string
  readonly top: string // the one directory of the sdist
}

/** Lower case, runs of `-`, `_` and `.` as one `_`: a project's name in file names (PEP 503, PEP 625). */
function escapedName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '_')
}

/** File and folder names of a release (binary distribution format; PEP 625 for the sdist). */
export function namesOf(facts: Facts, config: PypiConfig): Names {
  const version = spelled(facts.version, 'pep440')
  const top = `${escapedName(config.name)}-${version}`
  return { version, top, distInfo: `${top}.dist-info`, wheel: `${top}-py3-none-any.whl`, sdist: `${top}.tar.gz` }
}

/** The one package that a generated wheel keeps everything in: an identifier of Python, whatever the application is called. */
export function packageOf(facts: Facts): string {
  return `${facts.app.name.replaceAll(/[^a-z0-9]+/g, '_').replace(/^(?=\d)/, '_')}_release`
}

/** Where a wheel keeps what an installer puts below the prefix of Python (binary distribution format, the .data directory). */
export function dataPlace({ top }: Names): string {
  return `${top}.data/data`
}
