import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Layout } from '../../scripts/launcher/data.ts'
import type { Facts } from '../../scripts/lib/core/facts.ts'
import type { Postgres } from '../../scripts/rehearse/postgres.ts'
import { easyFacts, type Installation, install } from './installation.ts'

const CHANNELS: Readonly<Record<string, Partial<Layout>>> = {
  deb: { channel: 'deb', user: 'nobody' },
  image: { channel: 'image', config: ['{state}/tray.env'], secrets: '{state}' },
  wheel: { channel: 'wheel', config: ['{state}/tray.env'], secrets: '{state}' },
}

/** An installation of one channel with a database of its own. */
export interface Place extends Installation {
  readonly database: string
  readonly env: Readonly<Record<string, string>>
  /** Runs statements as the application's own role. */
  query(sql: string): Promise<string>
}

let count = 0

/** An installation of one channel and an empty database, after `init`. */
export async function placeOf(postgres: Postgres, channel: string, facts: Facts = easyFacts()): Promise<Place> {
  const one = install({ ...CHANNELS[channel] }, facts)
  count += 1
  const database = `tray_${count}`
  const env = { DATABASE_URL: await postgres.database(database) }
  await one.tray(['init'], env)
  const query = (sql: string): Promise<string> => postgres.query(database, `SET ROLE ${database};\n${sql}`)
  return { ...one, database, env, query }
}

/** Every regular file below a folder with the digest of its bytes. */
export function digests(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
  const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
  return Object.fromEntries(files.sort().map((path) => [path.slice(folder.length + 1), digest(path)]))
}
