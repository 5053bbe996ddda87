import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Layout } from '../../scripts/launcher/data.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { installDrivers } from '../launcher/drivers.ts'
import { easyFacts, type Installation, install } from '../launcher/installation.ts'
import { describeWith } from '../support/tool.ts'

describeWith(['psql', 'root'], 'setup-db and drop-db', () => {
  let postgres: Postgres
  let drivers: string
  let elsewhere: string
  let theirs: string

  beforeAll(async () => {
    drivers = installDrivers('psycopg')
    postgres = await startPostgres()
    elsewhere = await postgres.database('elsewhere')
    theirs = await postgres.database('theirs')
    await run(['psql', '-Xq', theirs, '-c', 'CREATE TABLE precious (n int)'])
    const hba = join(postgres.socket, 'data/pg_hba.conf')
    // As Debian's packages set it up: each system user is let in as the role of the same name.
    writeFileSync(hba, `local template1 all scram-sha-256\nlocal all all peer\n${readFileSync(hba, 'utf8')}`)
    await postgres.query('template1', 'SELECT pg_reload_conf()')
  })
  afterAll(async () => {
    await postgres?.stop()
    rmSync(drivers, { recursive: true, force: true })
  })

  function place(change: Partial<Layout>): Installation {
    const facts = easyFacts()
    const { check: _check, ...runtime } = facts.runtime
    const database = {
      kind: 'postgresql',
      versions: '>=13',
      extensions: ['citext'],
      leaves: ['tray_types', '__tray'],
    } as const
    const one = install(change, { ...facts, runtime: { ...runtime, database } })
    cpSync(join(drivers, 'psycopg'), join(one.root, 'vendor'), { recursive: true })
    return one
  }

  it('role, database and extension are made on a local server, once, and removed by name', async () => {
    const one = place({ channel: 'deb', user: 'nobody' })
    const env = { DB_HOST: postgres.socket, DB_PORT: String(postgres.port), DB_USER: 'nobody', DB_NAME: 'tray' }
    await one.tray(['init'], env)
    const lacking = await one.tray(['check'], env)
    expect(lacking.stdout).toMatch(/^FAIL database tray at .* as nobody: .*; run `tray setup-db` as root, or /m)
    const made = await one.tray(['setup-db'], env)
    expect(made.stderr).toBe('')
    for (const line of [
      /^OK {3}PostgreSQL \d+\.\d+$/m,
      /^OK {3}made the role nobody, which the system user of that name becomes without password$/m,
      /^OK {3}made the database tray, owned by nobody$/m,
      /^OK {3}made the extension citext$/m,
      /^OK {3}the database tray at .* as nobody takes connections$/m,
      /^OK {3}the role nobody may make tables and schemas in it$/m,
      /^next: `systemctl restart tray`$/m,
    ])
      expect(made.stdout).toMatch(line)
    expect(made.status).toBe(0)
    const again = await one.tray(['setup-db'], env)
    expect(again.status).toBe(0)
    expect(again.stdout).not.toContain('made')
    expect(await one.tray(['migrate'], env)).toMatchObject({ status: 0, stderr: '' })
    expect(await one.tray(['drop-db'], env)).toMatchObject({
      status: 2,
      stderr: 'nothing was removed: `tray drop-db --yes tray` removes the database\n',
    })
    await postgres.query('template1', 'CREATE DATABASE second OWNER nobody')
    const beside = { ...env, DB_NAME: 'second' }
    const kept = await one.tray(['drop-db', '--yes', 'second'], beside)
    expect(kept.stdout).toContain('removed the database second\nthe role nobody stays: other databases are its own\n')
    const dropped = await one.tray(['drop-db', '--yes', 'tray'], env)
    expect(dropped).toMatchObject({ status: 0, stderr: '' })
    expect(dropped.stdout).toBe(
      [
        'removed the database tray',
        'removed the role nobody',
        `files stay in ${one.root}/state, the key in ${one.root}/etc/secret_key`,
        'Tray also made schemas in the databases of its users, which stay. In each of them:',
        '  DROP SCHEMA IF EXISTS "tray_types" CASCADE;',
        '  DROP SCHEMA IF EXISTS "__tray" CASCADE;\n',
      ].join('\n'),
    )
    expect((await one.tray(['drop-db', '--yes', 'tray'], env)).stdout).toContain('there is no database tray\n')
  })

  it('an instance gets none before it is made', async () => {
    const nowhere = '/nowhere/{instance}'
    const instances = { state: nowhere, config: [], secrets: nowhere, example: nowhere }
    const one = place({ channel: 'deb', user: 'nobody', instances })
    const env = { DB_HOST: postgres.socket, DB_PORT: String(postgres.port), DB_USER: 'nobody' }
    for (const words of [['setup-db'], ['drop-db', '--yes', 'tray_typo']])
      expect(await one.tray(['--instance', 'typo', ...words], env)).toEqual({
        status: 2,
        stdout: '',
        stderr: 'there is no instance typo: `systemctl enable --now tray@typo` makes it\n',
      })
  })

  it('a server elsewhere is looked at, and each line that fails has its command', async () => {
    const one = place({ channel: 'wheel', config: [], secrets: '{state}' })
    const url = elsewhere
    const absent = await one.tray(['setup-db'], { DATABASE_URL: url.replace(/elsewhere$/, 'absent') })
    expect(absent.stdout).toContain('on its server: `CREATE DATABASE "absent" OWNER "elsewhere";`\n')
    expect(absent.status).toBe(1)
    const wrong = await one.tray(['setup-db'], { DATABASE_URL: url.replace(/:[^:@]+@/, ':s3cret@') })
    expect(wrong.stdout).toContain('`ALTER ROLE "elsewhere" PASSWORD \'…\';`\n')
    expect(wrong.stdout + wrong.stderr).not.toContain('s3cret')
    await postgres.query('template1', 'ALTER DATABASE elsewhere OWNER TO postgres')
    const poor = await one.tray(['setup-db'], { DATABASE_URL: url })
    expect(poor.stdout).toContain('in that database: `GRANT CREATE ON SCHEMA public TO "elsewhere";`\n')
    expect(poor.stdout).toContain('in that database: `ALTER DATABASE "elsewhere" OWNER TO "elsewhere";`\n')
    expect(poor.stdout).toContain('FAIL the extension citext is missing: on its server')
    expect(poor.status).toBe(1)
  })

  it("a database that is not the application's own is never removed", async () => {
    const one = place({ channel: 'wheel', config: [], secrets: '{state}' })
    const kept = await one.tray(['drop-db', '--yes', 'theirs'], { DATABASE_URL: theirs })
    expect(kept.status).toBe(1)
    expect(kept.stderr).toContain('nothing in it says that they are those of Tray; nothing was removed.')
  })
})
