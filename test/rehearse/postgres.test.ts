import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../scripts/lib/io/run.ts'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { describeWith } from '../support/tool.ts'

describeWith(['psql'], 'a PostgreSQL cluster of its own', () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres.stop())

  it('gives a database to a role that owns it and nothing else', async () => {
    const url = await postgres.database('satchel')
    const who = 'SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)'
    expect(await run(['psql', '-XAtc', `CREATE TABLE kept (n int); ${who}`, url])).toContain('satchel|f')
    expect(await postgres.query('satchel', "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'")).toBe(
      'satchel\n',
    )
  })

  it('wants the password on the socket and on the address alike', async () => {
    for (const host of [postgres.socket, postgres.host]) {
      const address = ['-h', host, '-p', `${postgres.port}`, '-U', postgres.user]
      const ask = (password: string): Promise<string> =>
        run(['psql', '-XAt', ...address, '-c', 'SELECT 41 + 1', 'postgres'], { env: { PGPASSWORD: password } })
      expect(await ask(postgres.password)).toBe('42\n')
      await expect(ask('wrong')).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
    }
  })

  it('leaves no folder and no server behind', async () => {
    const other = await startPostgres()
    expect(existsSync(other.socket)).toBe(true)
    await other.stop()
    expect(existsSync(other.socket)).toBe(false)
    await expect(run(['psql', '-h', '127.0.0.1', '-p', `${other.port}`, '-U', other.user, '-w'])).rejects.toThrow()
  })
})
