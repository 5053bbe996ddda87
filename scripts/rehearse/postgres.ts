import { randomBytes } from 'node:crypto'
import { appendFile, chmod, glob, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import type { Command } from '../lib/core/format.ts'
import { type Background, startBackground, waitUntil } from '../lib/io/background.ts'
import { atExit } from '../lib/io/interrupt.ts'
import { run } from '../lib/io/run.ts'
import { freePort } from './port.ts'

export interface PostgresOptions {
  /** An empty or absent folder that its own system user can reach; default: a new one below the temporary folder. */
  readonly dir?: string
  /** A further address to listen on, such as a bridge's, or `0.0.0.0`; 127.0.0.1 is always there. */
  readonly listen?: string
}

/** A running cluster of its own: password by SCRAM on every way in, gone without a trace after `stop`. */
export interface Postgres {
  /** Address for clients: the one asked for, else 127.0.0.1. */
  readonly host: string
  readonly port: number
  /** Folder of the Unix socket. */
  readonly socket: string
  /** The superuser and its password. */
  readonly user: string
  readonly password: string
  /** Makes a database owned by a new role of the same name; gives `postgresql://name:password@host:port/name`. */
  database(name: string): Promise<string>
  /** Runs statements as the superuser and gives the rows, one a line, columns separated by `|`. */
  query(database: string, sql: string): Promise<string>
  stop(): Promise<void>
}

const SUPERUSER = 'postgres'
const START_SECONDS = 60

// A cluster for one test run: nothing in it outlives a crash, so nothing waits for the disk.
const SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=50']

/** Starts a real PostgreSQL cluster in a folder of its own; as root it runs as the system user `postgres`. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const binaries = await findBinaries()
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'slipway-pg-')))
  const forget = atExit(() => rm(dir, { recursive: true, force: true }))
  const remove = async (): Promise<void> => {
    await rm(dir, { recursive: true, force: true })
    forget()
  }
  try {
    const password = await initialise(binaries, dir, options.listen)
    const port = await freePort()
    const server = startServer(binaries, dir, port, options.listen)
    const { user, host } = { user: SUPERUSER, host: clientHost(options.listen) }
    const query = queryOf(binaries, dir, port, password)
    await awaitServer(server, () => query('postgres', 'SELECT 1'))
    const stop = async (): Promise<void> => {
      await server.stop()
      await remove()
    }
    const database = databaseOf(query, `${host}:${port}`)
    return { host, port, socket: dir, user, password, database, query, stop }
  } catch (error) {
    await remove()
    throw error
  }
}

/** The newest server on this machine, where Debian and Ubuntu keep it, or on PATH elsewhere. */
async function findBinaries(): Promise<string> {
  const found: string[] = []
  for await (const path of glob('/usr/lib/postgresql/*/bin/initdb')) found.push(dirname(path))
  const versions = found.sort((a, b) => Number(a.split('/').at(-2)) - Number(b.split('/').at(-2)))
  const newest = versions.at(-1)
  if (newest !== undefined) return newest
  const onPath = await run(['sh', '-c', 'command -v initdb']).catch(() => '')
  if (onPath !== '') return dirname(onPath.trim())
  throw new ReleaseError('TOOL_MISSING', 'no PostgreSQL server is installed', {
    hint: 'Install it, on Debian and Ubuntu with: apt-get install postgresql',
  })
}

/** PostgreSQL refuses to run as root; a server also ends when the program that started it was killed. */
function unprivileged(command: Command): Command {
  if (process.getuid?.() !== 0) return command
  const identity = [`--reuid=${SUPERUSER}`, `--regid=${SUPERUSER}`, '--init-groups', '--pdeathsig=INT']
  return ['setpriv', ...identity, '--', ...command]
}

async function initialise(binaries: string, dir: string, listen: string | undefined): Promise<string> {
  const password = randomBytes(12).toString('hex')
  await mkdir(dir, { recursive: true })
  await chmod(dir, 0o755)
  const secret = join(dir, 'password')
  await writeFile(secret, password, { mode: 0o600 })
  if (process.getuid?.() === 0) await run(['chown', '-R', `${SUPERUSER}:${SUPERUSER}`, dir])
  const data = join(dir, 'data')
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions']
  await run(unprivileged([join(binaries, 'initdb'), '-D', data, '-U', SUPERUSER, `--pwfile=${secret}`, ...flags]), {
    cwd: dir,
    env: { HOME: dir },
  })
  await rm(secret)
  if (listen !== undefined) await appendFile(join(data, 'pg_hba.conf'), 'host all all all scram-sha-256\n')
  return password
}

function startServer(binaries: string, dir: string, port: number, listen: string | undefined): Background {
  const addresses = [...new Set(['127.0.0.1', listen ?? '127.0.0.1'])].join(',')
  const listening = [`listen_addresses=${listen === '0.0.0.0' ? listen : addresses}`, `port=${port}`]
  const settings = [...listening, `unix_socket_directories=${dir}`, ...SETTINGS].flatMap((pair) => ['-c', pair])
  return startBackground(unprivileged([join(binaries, 'postgres'), '-D', join(dir, 'data'), ...settings]), {
    cwd: dir,
    env: { HOME: dir },
    stopSignal: 'SIGINT', // fast shutdown; SIGTERM would wait for clients (postgres(1))
  })
}

function clientHost(listen: string | undefined): string {
  return listen === undefined || listen === '0.0.0.0' ? '127.0.0.1' : listen
}

type Query = Postgres['query']

function queryOf(binaries: string, dir: string, port: number, password: string): Query {
  return (database, sql) =>
    run(
      [join(binaries, 'psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', dir, '-p', `${port}`, '-U', SUPERUSER, database],
      {
        cwd: dir,
        env: { PGPASSWORD: password },
        input: sql,
      },
    )
}

async function awaitServer(server: Background, ask: () => Promise<string>): Promise<void> {
  const answers = async (): Promise<boolean> => {
    server.assertRunning()
    return ask().then(
      () => true,
      () => false,
    )
  }
  if (await waitUntil(answers, START_SECONDS)) return
  await server.stop()
  throw new ReleaseError('COMMAND_FAILED', `PostgreSQL did not answer in ${START_SECONDS} seconds`, {
    hint: 'Try it when the machine has less to do.',
  })
}

function databaseOf(query: Query, address: string): Postgres['database'] {
  return async (name) => {
    if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`not a plain name for a database: ${name}`)
    const password = randomBytes(12).toString('hex')
    await query('postgres', `CREATE ROLE ${name} LOGIN PASSWORD '${password}';\nCREATE DATABASE ${name} OWNER ${name};`)
    return `postgresql://${name}:${password}@${address}/${name}`
  }
}
