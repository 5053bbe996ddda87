import type { Facts, Variable } from '../lib/core/facts.ts'

/** Whether any row is filled from the parts of `DATABASE_URL`. */
function readsDatabase(facts: Facts): boolean {
  return facts.runtime.environment.some((row) => row.from?.startsWith('database.') === true)
}

function databaseUrl(): Variable {
  return {
    name: 'DATABASE_URL',
    meaning: 'The whole database in one line; fills the database variables that are not set beside it',
    required: false,
    secret: true,
    example: 'postgres://USER:PASSWORD@HOST:5432/NAME',
  }
}

function port(value: number): Variable {
  return {
    name: 'PORT',
    meaning: 'Port the service listens on',
    default: String(value),
    required: false,
    secret: false,
  }
}

const HOST: Variable = {
  name: 'APP_HOST',
  meaning: 'Address the service listens on',
  default: '127.0.0.1',
  required: false,
  secret: false,
  channels: { image: '0.0.0.0' },
}

const STATE: Variable = {
  name: 'APP_STATE_DIR',
  meaning: 'Directory of everything that is kept; read from the environment only, never from a file',
  required: false,
  secret: false,
  channels: { deb: '/var/lib/{name}', image: '/data', wheel: '~/.local/share/{name}' },
}

const SKIP_BACKUP: Variable = {
  name: 'APP_SKIP_BACKUP',
  meaning: '1: no backup before a new version changes the data (`migrate --dump-first`)',
  required: false,
  secret: false,
}

/** Every variable a person can set: the application's own rows, then those that the launcher itself understands. */
export function allVariables(facts: Facts): readonly Variable[] {
  const own = facts.runtime.environment
  const channels = Object.entries(STATE.channels ?? {}).map(([key, path]) => [
    key,
    path.replace('{name}', facts.app.name),
  ])
  const service = facts.runtime.services.find((one) => one.port !== undefined)
  const launchers: readonly Variable[] = [
    ...(readsDatabase(facts) ? [databaseUrl()] : []),
    ...(service?.port === undefined ? [] : [port(service.port), HOST]),
    ...(facts.runtime.migrate === undefined ? [] : [SKIP_BACKUP]),
    { ...STATE, channels: Object.fromEntries(channels) },
  ]
  const names = new Set(own.map((row) => row.name))
  return [...own, ...launchers.filter((row) => !names.has(row.name))]
}

/** The default of a row in one channel, or nothing. */
export function channelDefault(row: Variable, channel: string): string | undefined {
  return row.channels?.[channel] ?? row.default
}
