import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { installDrivers } from '../launcher/drivers.ts'
import { easyFacts, PYTHON } from '../launcher/installation.ts'
import { type Place, placeOf } from '../launcher/place.ts'
import { describeWith } from '../support/tool.ts'

describeWith(['psql', 'root', 'unshare'], 'what the launcher remembers beside the data', () => {
  let postgres: Postgres
  let drivers: string

  beforeAll(async () => {
    drivers = installDrivers('psycopg')
    postgres = await startPostgres()
  })
  afterAll(async () => {
    await postgres?.stop()
    rmSync(drivers, { recursive: true, force: true })
  })

  /** An installation whose `check` does not fail for reasons of the fixture. */
  async function place(channel: string): Promise<Place> {
    const facts = easyFacts()
    const { check: _check, ...runtime } = facts.runtime
    const one = await placeOf(postgres, channel, { ...facts, runtime })
    cpSync(join(drivers, 'psycopg'), join(one.root, 'vendor'), { recursive: true })
    return one
  }

  /** The same installation after an upgrade to a version, or after a downgrade. */
  function become(one: Place, version: string): void {
    const path = join(one.root, 'launcher/launcher.json')
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), version }))
  }

  it('another key is refused at run, migrate and check, with everything that helps', async () => {
    const one = await place('image')
    expect(await one.tray(['migrate'], one.env)).toMatchObject({ status: 0, stderr: '' })
    expect((await one.tray(['run'], one.env)).status).toBe(0)
    const key = one.read('state/secret_key').trim()
    const wanted = (await one.tray(['check'], one.env)).stdout.match(/fingerprint (\w{8})/)?.[1]
    const env = { ...one.env, SECRET_KEY: 'another' }
    for (const words of [['run'], ['migrate'], ['run', '--all']]) {
      const refused = await one.tray(words, env)
      expect(refused.status).toBe(78)
      expect(refused.stdout).toBe('')
      for (const part of [
        `SECRET_KEY is not the key that this data was made with: fingerprint ae448ac8 is given (the environment), ${wanted} is wanted.`,
        '(SECRET_KEY: Signs sessions)',
        `The wanted key is in ${one.root}/state/secret_key: remove SECRET_KEY from the environment.`,
        '`tar -xOf FILE keys/secret_key` shows it',
        '`tray accept-key`',
      ])
        expect(refused.stderr).toContain(part)
      expect(refused.stderr).not.toContain(key)
    }
    const check = await one.tray(['check'], env)
    expect(check.status).toBe(1)
    expect(check.stdout).toContain('FAIL SECRET_KEY is not the key that this data was made with')
    const accepted = await one.tray(['accept-key'], env)
    expect(accepted.stdout).toBe(
      'SECRET_KEY from the environment is the key of this data from now on, fingerprint ae448ac8\n',
    )
    expect((await one.tray(['run'], env)).status).toBe(0)
    expect((await one.tray(['run'], one.env)).status).toBe(78)
  })

  it('a database away, or a role without rights, does not keep a service from starting', async () => {
    const one = await place('wheel')
    expect((await one.tray(['run'], { DATABASE_URL: 'postgres://tray:x@127.0.0.1:9/tray' })).status).toBe(0)
    await postgres.query(one.database, `ALTER SCHEMA public OWNER TO postgres; REVOKE ALL ON SCHEMA public FROM public`)
    expect(await one.tray(['migrate'], one.env)).toMatchObject({ status: 0, stderr: '' })
    expect((await one.tray(['run'], one.env)).status).toBe(0)
    expect(await postgres.query(one.database, "SELECT to_regclass('public.slipway_launcher')")).toBe('\n')
  })

  it('a new version makes a backup first, once, that brings everything back; the newest three are kept', async () => {
    const one = await place('deb')
    const migrate = async (): Promise<string> => {
      const { status, stderr } = await one.tray(['migrate', '--dump-first'], one.env)
      expect(status).toBe(0)
      return stderr
    }
    expect(await migrate()).toBe('')
    await one.query('CREATE TABLE papers AS SELECT 1 AS n')
    expect(await migrate()).toBe('')
    become(one, '1.3.0')
    const backups = join(one.root, 'state/backups')
    expect(await migrate()).toBe(`tray: what was here before 1.3.0 is in ${backups}/before-1.3.0.backup\n`)
    expect(await migrate()).toBe('')
    await one.query('INSERT INTO papers VALUES (2)')
    const restored = await one.tray(['restore', '--replace', join(backups, 'before-1.3.0.backup')], one.env)
    expect(restored).toMatchObject({ status: 0, stderr: '' })
    expect(restored.stdout).toContain('next: `tray migrate`, because 1.3.0 is installed')
    expect(await one.query('SELECT n FROM papers')).toBe('1\n')
    become(one, '1.2.0')
    const back = ['restore', '--replace', join(backups, 'before-1.3.0.backup')]
    expect((await one.tray(back, one.env)).stdout).toContain('Tray 1.2.0 of ')
    for (const version of ['1.4.0', '1.5.0', '1.6.0']) {
      become(one, version)
      await migrate()
    }
    const kept = readdirSync(backups).filter((name) => !name.startsWith('before-restore'))
    expect(kept.sort()).toEqual(['before-1.4.0.backup', 'before-1.5.0.backup', 'before-1.6.0.backup'])
  })

  it('a second attempt keeps the backup of the first', async () => {
    const one = await place('wheel')
    await one.query('CREATE TABLE papers AS SELECT 1 AS n')
    const failed = await one.tray(['migrate', '--dump-first'], { ...one.env, MIGRATE_SECONDS: 'never' })
    expect(failed.status).toBe(1)
    await one.query('INSERT INTO papers VALUES (2)')
    const second = await one.tray(['run', '--migrate', '--dump-first'], one.env)
    expect(second.stderr).toContain('tray: the backup from before the first attempt is ')
    expect(second.status).toBe(0)
  })

  it('no backup is made when the switch says so, and none without pg_dump, loudly', async () => {
    const one = await place('deb')
    await one.query('CREATE TABLE papers AS SELECT 1 AS n')
    one.write('etc/skip-backup', '')
    const file = await one.tray(['migrate', '--dump-first'], one.env)
    expect(file.stderr).toBe(`tray: no backup before the migration, because ${one.root}/etc/skip-backup exists\n`)
    become(one, '1.3.0')
    rmSync(join(one.root, 'etc/skip-backup'))
    const variable = await one.tray(['migrate', '--dump-first'], { ...one.env, APP_SKIP_BACKUP: '1' })
    expect(variable.stderr).toContain('because APP_SKIP_BACKUP is set (the environment)\n')
    become(one, '1.4.0')
    const hidden = 'mount -t tmpfs none /usr/lib/postgresql && PATH=/sbin exec "$@"'
    const program = [PYTHON, '-IS', join(one.root, 'launcher/launcher.py'), 'migrate', '--dump-first']
    const said = execFileSync('unshare', ['-m', 'sh', '-c', `${hidden} 2>&1`, 'sh', ...program], {
      env: { PATH: process.env['PATH'], ...one.env },
      encoding: 'utf8',
    })
    expect(said).toContain('tray: WARNING: the migration begins WITHOUT A BACKUP: pg_dump is not installed; ')
    expect(existsSync(join(one.root, 'state/backups/before-1.4.0.backup'))).toBe(false)
  })

  it('an older version does not migrate newer data, until somebody says so', async () => {
    const one = await place('wheel')
    await one.tray(['migrate'], one.env)
    become(one, '1.2.0-rc.1')
    const refused = await one.tray(['migrate'], one.env)
    expect(refused.status).toBe(78)
    expect(refused.stderr).toMatch(/^this data was last changed by Tray 1\.2\.0, and this is 1\.2\.0-rc\.1/)
    expect(refused.stderr).toContain('`tray restore --replace FILE`')
    expect((await one.tray(['check'], one.env)).stdout).toContain('FAIL this data was last changed by Tray 1.2.0')
    const run = await one.tray(['run'], one.env)
    expect(run.stderr).toContain('tray: this data was last changed by Tray 1.2.0, which is newer\n')
    expect(run.status).toBe(0)
    expect((await one.tray(['accept-version'], one.env)).status).toBe(0)
    expect((await one.tray(['migrate'], one.env)).status).toBe(0)
  })

  it('a restore that was interrupted is finished before anything runs', async () => {
    const one = await place('wheel')
    one.write('state/.restore.json', JSON.stringify({ backup: 'x', file: '/backups/one.backup' }))
    for (const verb of ['run', 'migrate']) {
      expect(await one.tray([verb], one.env)).toMatchObject({
        status: 78,
        stderr: 'the restore of /backups/one.backup was interrupted: run `tray restore /backups/one.backup` again\n',
      })
    }
  })
})
