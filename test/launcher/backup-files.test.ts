import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Facts } from '../../scripts/lib/core/facts.ts'
import { easyFacts, type Installation, install, PYTHON } from './installation.ts'

/** The fixture as an application that keeps everything in its state directory. */
function fileFacts(): Facts {
  const facts = easyFacts()
  const { database: _database, migrate: _migrate, ...runtime } = facts.runtime
  const environment = runtime.environment.filter((row) => row.from === undefined)
  return { ...facts, runtime: { ...runtime, environment } }
}

async function place(): Promise<Installation> {
  const one = install({ channel: 'wheel', config: ['{state}/tray.env'], secrets: '{state}' }, fileFacts())
  await one.tray(['init'])
  return one
}

function sqlite(path: string, statements: string): string {
  const program = `import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
for statement in sys.argv[2].split(';'):
    rows = connection.execute(statement).fetchall()
connection.commit()
print(rows)`
  return execFileSync(PYTHON, ['-c', program, path, statements], { encoding: 'utf8' }).trim()
}

describe('a backup of an application without a PostgreSQL database', () => {
  it('copies an SQLite database that is being written as one moment of it', async () => {
    const one = await place()
    const database = join(one.root, 'state/media/tray.db')
    sqlite(database, 'PRAGMA journal_mode = wal; CREATE TABLE t (n); INSERT INTO t VALUES (1)')
    writeFileSync(join(one.root, 'state/media/odd'), Buffer.from('SQLite format 3\0 and then something else'))
    const writer = `import sqlite3, subprocess, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute('INSERT INTO t VALUES (2)')
connection.commit()
connection.execute('INSERT INTO t VALUES (3)')
subprocess.run(sys.argv[2:], check=True)`
    const backup = [PYTHON, '-IS', join(one.root, 'launcher/launcher.py'), 'backup', join(one.root, 'b')]
    execFileSync(PYTHON, ['-c', writer, database, ...backup], { stdio: 'pipe' })
    const next = await place()
    const restored = await next.tray(['restore', join(one.root, 'b')])
    expect(restored).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(join(next.root, 'state/media')).sort()).toEqual(['odd', 'tray.db'])
    expect(sqlite(join(next.root, 'state/media/tray.db'), 'SELECT n FROM t')).toBe('[(1,), (2,)]')
    expect(next.read('state/secret_key')).toBe(one.read('state/secret_key'))
    expect(next.read('state/media/odd')).toBe(one.read('state/media/odd'))
  })

  it('is not written over files, nor read from among those that it replaces', async () => {
    const one = await place()
    one.write('state/media/a', 'a')
    one.write('state/media/b.txt', 'b')
    await one.tray(['backup', 'one.backup'])
    expect((await one.tray(['restore', 'one.backup'])).stderr).toBe('') // the very same files
    one.write('state/media/a', 'changed')
    expect((await one.tray(['restore', 'one.backup'])).stderr).toMatch(
      /^there is data already \(1 file in .*\/state such as media\/a\)/,
    )
    await one.tray(['backup', 'state/media/here'])
    expect(await one.tray(['restore', '--replace', 'state/media/here'])).toMatchObject({
      status: 2,
      stderr: 'state/media/here lies among the files that it replaces: move it to another place\n',
    })
    expect((await one.tray(['restore', '--replace', 'one.backup'])).status).toBe(0)
    expect(readdirSync(join(one.root, 'state/media')).sort()).toEqual(['a', 'b.txt'])
    expect(readdirSync(join(one.root, 'state/backups'))).toHaveLength(1)
  })

  it('names a folder that was moved out of the state directory, and follows a link to one', async () => {
    const one = await place()
    mkdirSync(join(one.root, 'elsewhere'))
    const moved = await one.tray(['backup', 'one.backup'], { MEDIA_ROOT: join(one.root, 'elsewhere') })
    expect(moved).toMatchObject({
      status: 0,
      stderr: `MEDIA_ROOT is ${one.root}/elsewhere, outside of ${one.root}/state: not in this backup\n`,
    })
    execFileSync('sh', ['-c', 'rmdir "$0/state/media" && ln -s ../elsewhere "$0/state/media"', one.root])
    one.write('elsewhere/upload', 'x')
    await one.tray(['backup', 'two.backup'])
    one.write('elsewhere/later', 'y')
    expect((await one.tray(['restore', '--replace', 'two.backup'])).status).toBe(0)
    expect(readdirSync(join(one.root, 'elsewhere'))).toEqual(['upload'])
  })

  it('goes through a pipe in both directions', async () => {
    const one = await place()
    one.write('state/media/a', 'a')
    const next = await place()
    const pipe = `"${PYTHON}" -IS "$0/launcher/launcher.py" backup - | "${PYTHON}" -IS "$1/launcher/launcher.py" restore -`
    execFileSync('sh', ['-c', pipe, one.root, next.root], { stdio: 'pipe' })
    expect(next.read('state/media/a')).toBe('a')
  })
})
