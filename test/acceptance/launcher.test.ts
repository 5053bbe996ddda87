import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { installDrivers } from '../launcher/drivers.ts'
import { trayFacts } from '../launcher/facts.ts'
import { easyFacts, type Installation, install } from '../launcher/installation.ts'
import { describeWith } from '../support/tool.ts'

/** Passes connections on, so that a database appears at an address where there was none. */
function relay(from: number, to: number): Server {
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1')
    client.on('error', () => upstream.destroy()).pipe(upstream)
    upstream.on('error', () => client.destroy()).pipe(client)
  })
  return server.listen(from, '127.0.0.1')
}

describeWith(['psql'], 'the launcher beside a real PostgreSQL', () => {
  let postgres: Postgres
  let drivers: string
  let url: string

  beforeAll(async () => {
    drivers = installDrivers('psycopg', 'psycopg2')
    postgres = await startPostgres()
    url = await postgres.database('tray')
  })

  afterAll(async () => {
    await postgres?.stop()
    rmSync(drivers, { recursive: true, force: true })
  })

  /** The fixture with one of the two drivers among its dependencies. */
  function place(driver: string, versions = '>=13'): Installation {
    const facts = easyFacts()
    const { check: _check, ...runtime } = facts.runtime
    const database = { kind: 'postgresql', versions, extensions: [] } as const
    const made = install({}, { ...facts, runtime: { ...runtime, database } })
    cpSync(join(drivers, driver), join(made.root, 'vendor'), { recursive: true })
    return made
  }

  function locks(): Promise<string> {
    return postgres.query('postgres', `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'`)
  }

  describe.each(['psycopg', 'psycopg2'])('with %s', (driver) => {
    it('two migrations at the same time come one after the other', async () => {
      const one = place(driver)
      const env = { SECRET_KEY: 'k', DATABASE_URL: url, MIGRATE_SECONDS: '3' }
      const results = await Promise.all([one.tray(['migrate'], env), one.tray(['migrate'], env)])
      expect(results.map(({ status }) => status)).toEqual([0, 0])
      expect(results.map(({ stderr }) => stderr).sort()).toEqual(['', 'waiting for another migration to end\n'])
      expect(one.read('state/migrations.log')).toBe('begin\nend\nbegin\nend\n')
      expect((await locks()).trim()).toBe('0')
    })

    it('`run --migrate` migrates first, and does not start after a failure', async () => {
      const one = place(driver)
      const env = { SECRET_KEY: 'k', DATABASE_URL: url }
      const good = await one.tray(['run', '--migrate'], env)
      expect(good.stdout).toContain('echo-server')
      expect(one.read('state/migrations.log')).toBe('begin\nend\n')
      const bad = await one.tray(['run', '--migrate'], { ...env, MIGRATE_SECONDS: 'never' })
      expect(bad.status).toBe(1)
      expect(bad.stdout).toBe('')
    })

    it('check sees the database, its version and what is pending', async () => {
      const one = place(driver)
      await one.tray(['init'])
      const result = await one.tray(['check'], { SECRET_KEY: 'k', DATABASE_URL: url })
      const expected = [
        'OK   configuration read from no file and the environment',
        'OK   SECRET_KEY from the environment, fingerprint 8254c329',
        `OK   ${one.root}/state can be written`,
        `OK   ${one.root}/state/media can be written`,
        `OK   database tray at 127.0.0.1:${postgres.port} as tray, PostgreSQL `,
        'OK   no migration is pending',
      ]
      for (const line of expected) expect(result.stdout).toContain(line)
      expect(result.status).toBe(0)
      const old = await place(driver, '>=13,<15').tray(['check'], { SECRET_KEY: 'k', DATABASE_URL: url })
      expect(old.stdout).toMatch(/^FAIL database .* is PostgreSQL .*, wanted is >=13,<15: use another server$/m)
      expect(old.status).toBe(1)
    })

    it('a wrong password is told without the password, exit code 75', async () => {
      const wrong = url.replace(/:[^:@]+@/, ':s3cret@')
      const result = await place(driver).tray(['migrate', '--wait', '0'], { SECRET_KEY: 'k', DATABASE_URL: wrong })
      expect(result.stderr).toMatch(
        /^the database tray at .* as tray cannot be reached: .*password authentication failed/,
      )
      expect(result.stderr).not.toContain('s3cret')
      expect(result.stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(result.status).toBe(75)
    })
  })

  it('migrate waits until the database is there', async () => {
    const one = place('psycopg')
    const { port } = new URL(url)
    const late = createServer((client) => client.destroy())
    await new Promise<void>((resolve) => late.listen(0, '127.0.0.1', resolve))
    const away = (late.address() as { port: number }).port
    const env = { SECRET_KEY: 'k', DATABASE_URL: url.replace(`:${port}/`, `:${away}/`) }
    const started = one.tray(['migrate', '--wait', '30'], env)
    await setTimeout(1500)
    expect(existsSync(join(one.root, 'state/migrations.log'))).toBe(false)
    late.close()
    const database = relay(away, Number(port))
    try {
      expect(await started).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('waiting for the database tray at '),
      })
    } finally {
      database.close()
    }
  })

  it('nobody at the address is one sentence, with a hint in a container', async () => {
    const one = install({ channel: 'image', secrets: '{state}' }, easyFacts())
    cpSync(join(drivers, 'psycopg'), join(one.root, 'vendor'), { recursive: true })
    const env = { DATABASE_URL: 'postgres://tray:s3cret@localhost:9/tray' }
    const result = await one.tray(['migrate', '--wait', '0'], env)
    expect(result.status).toBe(75)
    expect(result.stderr).not.toMatch(/Traceback|s3cret/)
    expect(result.stderr).toContain('localhost is this container itself')
    const check = await one.tray(['check'], env)
    expect(check.stdout).toMatch(/^FAIL database tray at localhost:9 as tray: .*; localhost is this container itself/m)
  })

  it('check names what is missing before it asks the application anything', async () => {
    const one = install({}, trayFacts())
    writeFileSync(join(one.root, 'etc/secret_key'), 'k\n', { mode: 0o644 })
    const result = await one.tray(['check'], { DATABASE_URL: url })
    expect(result.stdout).toMatch(/^FAIL SITE_NAME is not set/m)
    expect(result.stdout).toMatch(/^FAIL SECRET_KEY .*, but others may read it: chmod 600 /m)
    expect(result.stdout).not.toContain('migration')
    expect(result.status).toBe(1)
  })
})
