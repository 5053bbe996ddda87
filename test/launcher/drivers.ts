import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PYTHON } from './installation.ts'

const REQUIREMENTS = { psycopg: 'psycopg[binary]==3.2.10', psycopg2: 'psycopg2-binary==2.9.10' } as const

/** A folder that every user may read, with a site directory for each driver of PostgreSQL, named after it; the caller removes it. */
export function installDrivers(...names: readonly (keyof typeof REQUIREMENTS)[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'drivers-'))
  chmodSync(folder, 0o755)
  for (const name of names) {
    const words = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--target', join(folder, name)]
    execFileSync(PYTHON, [...words, REQUIREMENTS[name]], { stdio: 'pipe' })
  }
  return folder
}
