import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { type Outcome, outcome, PYTHON } from '../launcher/installation.ts'
import { digests, type Place, placeOf } from '../launcher/place.ts'
import { describeWith } from '../support/tool.ts'

const SCHEMA = `
  CREATE TABLE papers (id serial PRIMARY KEY, title text NOT NULL);
  CREATE SCHEMA shelf;
  CREATE TYPE shelf.mood AS ENUM ('good', 'bad');
  CREATE TABLE shelf.notes (mood shelf.mood, words text);
  CREATE VIEW titles AS SELECT title FROM papers;
  CREATE FUNCTION many() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM papers';
  INSERT INTO papers (title) SELECT 'paper ' || n FROM generate_series(1, 1000) n;
  INSERT INTO shelf.notes VALUES ('good', E'a line\\nand \\\\. another');
  SELECT lo_from_bytea(0, 'large object');`

const SUMMARY = `SELECT (SELECT count(*) FROM papers), (SELECT max(title) FROM titles), many(),
  (SELECT words FROM shelf.notes), (SELECT count(*) FROM pg_largeobject_metadata)`

function changeByte(file: string): void {
  const bytes = readFileSync(file)
  const at = bytes.indexOf('PGDMP') + 200
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

/** Another value in backup.json, in the same room. */
function rename(from: string, to: string): (file: string) => void {
  return (file) => {
    const bytes = readFileSync(file)
    const at = bytes.indexOf(`"${from}"`)
    bytes.write(`"${to}"`.padEnd(from.length + 2), at)
    writeFileSync(file, bytes)
  }
}

const DAMAGES: readonly (readonly [name: string, damage: (file: string) => void, sentence: string])[] = [
  ['truncated', (file) => truncateSync(file, 40_000), 'is not whole: it ends too early'],
  ['changed', changeByte, 'is damaged: database.dump has changed since it was made'],
  ['text', (file) => writeFileSync(file, 'SELECT 1;\n'), 'is not a backup: it does not begin with backup.json'],
  ['foreign', rename('tray', 'desk'), 'is a backup of desk, and this is tray'],
  ['newer', rename('1.2.0', '1.10'), 'was made by Tray 1.10, and 1.2.0 is installed: upgrade first'],
]

describeWith(['psql', 'root', 'unshare'], 'a backup', () => {
  let postgres: Postgres

  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres?.stop())

  /** An installation with rows, uploads of odd names, and things that no backup should hold. */
  async function filled(channel: string): Promise<Place> {
    const one = await placeOf(postgres, channel)
    await one.query(SCHEMA)
    const media = join(one.root, 'state/media')
    mkdirSync(join(media, 'a/b'), { recursive: true })
    one.write('state/media/a/b/großer Titel.txt', 'upload')
    one.write(`state/media/${'long'.repeat(40)}.bin`, 'x'.repeat(3_000_000))
    one.write('state/media/empty', '')
    symlinkSync('a/b', join(media, 'link'))
    mkdirSync(join(one.root, 'state/cache/python'), { recursive: true })
    one.write('state/cache/python/x.pyc', 'bytecode')
    one.write('state/earlier.backup', 'an earlier backup')
    const server = createServer().listen(join(media, 'socket'))
    onTestFinished(() => void server.close())
    execFileSync('chown', ['-R', 'nobody', join(one.root, 'state')])
    return one
  }

  it('of one channel is restored in every other one, key, files and database', async () => {
    const image = await filled('image')
    const file = join(image.root, 'one.backup')
    const made = await image.tray(['backup', file], image.env)
    expect(made).toMatchObject({ status: 0, stderr: '' })
    expect(made.stdout).toMatch(/^\/.*\/one\.backup: 3\.\d MB\n$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const wanted = digests(join(image.root, 'state/media'))
    const key = image.read('state/secret_key')
    const summary = await image.query(SUMMARY)
    let from = file
    for (const channel of ['deb', 'wheel', 'image']) {
      const next = await placeOf(postgres, channel)
      const restored = await next.tray(['restore', from], next.env)
      expect(restored.stderr).toBe('')
      expect(restored.status).toBe(0)
      expect(digests(join(next.root, 'state/media'))).toEqual(wanted)
      expect(statSync(join(next.root, 'state/media/link/großer Titel.txt')).isFile()).toBe(true)
      expect(await next.query(SUMMARY)).toBe(summary)
      const keyFile = channel === 'deb' ? 'etc/secret_key' : 'state/secret_key'
      expect(next.read(keyFile)).toBe(key)
      expect(statSync(join(next.root, keyFile))).toMatchObject({ uid: 0, mode: 0o100600 })
      if (channel === 'deb') expect(statSync(join(next.root, 'state/media/empty')).uid).toBe(65534)
      expect(readdirSync(join(next.root, 'state')).filter((name) => name.startsWith('.'))).toEqual([])
      from = join(next.root, 'next.backup')
      expect(await next.tray(['backup', from], next.env)).toMatchObject({ status: 0, stderr: '' })
    }
  })

  it('is a tar that begins with what it holds, without caches, sockets, earlier backups or the password', async () => {
    const one = await filled('image')
    one.write('state/tray.env', 'SITE_NAME=Ours\n')
    const piped = execFileSync(
      'sh',
      ['-c', '/usr/bin/python3 -IS "$0" backup - > "$1"', join(one.root, 'launcher/launcher.py'), join(one.root, 'b')],
      { env: { PATH: process.env['PATH'], ...one.env } },
    )
    expect(piped.toString()).toBe('')
    const names = execFileSync('tar', ['-tf', join(one.root, 'b')], { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } })
    expect(names.split('\n').slice(0, 4)).toEqual([
      'backup.json',
      'database.dump',
      'keys/secret_key',
      'configuration/tray.env',
    ])
    expect(names).not.toMatch(/cache|socket|earlier/)
    const contents = execFileSync('tar', ['-xOf', join(one.root, 'b'), 'backup.json'], { encoding: 'utf8' })
    const facts = JSON.parse(contents)
    expect(facts).toMatchObject({
      schema: 1,
      app: 'tray',
      version: '1.2.0',
      database: { kind: 'postgresql', server: expect.stringMatching(/^\d+\.\d+$/) },
      keys: { SECRET_KEY: expect.stringMatching(/^[0-9a-f]{8}$/) },
    })
    expect(facts.members).toContainEqual({
      path: 'state/media/a/b/großer Titel.txt',
      size: 6,
      sha256: createHash('sha256').update('upload').digest('hex'),
    })
    expect(readFileSync(join(one.root, 'b')).includes(new URL(one.env['DATABASE_URL'] ?? '').password)).toBe(false)
  })

  it('is not written over data, unless asked, and then that data is a backup too', async () => {
    const one = await filled('deb')
    await one.tray(['backup', 'one.backup'], one.env)
    const other = await filled('deb')
    await other.query(
      "INSERT INTO papers (title) VALUES ('only here'); DROP TABLE shelf.notes; CREATE TABLE more (n int)",
    )
    other.write('state/media/only-here', 'x')
    execFileSync('chown', ['nobody', join(other.root, 'state/media/only-here')])
    const file = join(one.root, 'one.backup')
    const refused = await other.tray(['restore', file], other.env)
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toMatch(
      /^there is data already \(3 tables in the database .*, 1 file in .* such as media\/only-here/,
    )
    expect(refused.stderr).toContain(`To put it aside first: \`tray restore --replace ${file}\`\n`)
    const replaced = await other.tray(['restore', '--replace', file], other.env)
    expect(replaced).toMatchObject({ status: 0, stderr: '' })
    expect(await other.query(SUMMARY)).toBe(await one.query(SUMMARY))
    expect(await other.query("SELECT to_regclass('more')")).toBe('\n')
    expect(digests(join(other.root, 'state/media'))).toEqual(digests(join(one.root, 'state/media')))
    const [kept = ''] = readdirSync(join(other.root, 'state/backups'))
    const again = await other.tray(['restore', '--replace', join(other.root, 'state/backups', kept)], other.env)
    expect(again).toMatchObject({ status: 0, stderr: '' })
    expect(await other.query("SELECT count(*) FROM papers WHERE title = 'only here'")).toBe('1\n')
    expect(other.read('state/media/only-here')).toBe('x')
  })

  it('that is damaged, or not for this application, is refused in one sentence, and nothing changes', async () => {
    const one = await filled('wheel')
    const file = join(one.root, 'one.backup')
    await one.tray(['backup', file], one.env)
    const empty = await placeOf(postgres, 'wheel')
    for (const [name, damage, sentence] of DAMAGES) {
      const bad = join(one.root, name)
      copyFileSync(file, bad)
      damage(bad)
      const result = await empty.tray(['restore', bad], empty.env)
      expect(result).toEqual({ status: 1, stdout: '', stderr: `${bad} ${sentence}\n` })
    }
    expect(await empty.query("SELECT to_regclass('papers')")).toBe('\n')
  })

  it('whose restore fails in the database leaves it as it was, and works when the reason is gone', async () => {
    const one = await filled('image')
    const file = join(one.root, 'one.backup')
    await one.tray(['backup', file], one.env)
    const next = await placeOf(postgres, 'image')
    await postgres.query(next.database, 'CREATE TABLE papers (in_the_way int)')
    const failed = await next.tray(['restore', file], next.env)
    expect(failed.status).toBe(1)
    expect(failed.stderr).toMatch(/was left as it was: ERROR: {2}relation "papers" already exists/)
    expect(await next.query("SELECT to_regclass('shelf.notes')")).toBe('\n')
    expect(readdirSync(join(next.root, 'state/media'))).toEqual([])
    await postgres.query(next.database, 'DROP TABLE papers')
    expect(await next.tray(['restore', file], next.env)).toMatchObject({ status: 0, stderr: '' })
    expect(await next.query(SUMMARY)).toBe(await one.query(SUMMARY))
  })

  it('is not restored under a running application', async () => {
    const one = await filled('image')
    await one.tray(['backup', 'one.backup'], one.env)
    const busy = one.query('SELECT pg_sleep(8)')
    const sleeping = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(8)%' AND datname = '${one.database}'`
    while ((await postgres.query('postgres', sleeping)) !== '1\n') await setTimeout(50)
    const result = await one.tray(['restore', '--replace', 'one.backup'], one.env)
    expect(result).toMatchObject({ status: 1, stdout: '' })
    expect(result.stderr).toMatch(/ is in use by 1 other connection: stop the container that runs it first\n$/)
    await busy
  })

  it('tells which key must be set where the key comes from the environment', async () => {
    const one = await filled('image')
    const file = join(one.root, 'one.backup')
    await one.tray(['backup', file], { ...one.env, SECRET_KEY: 'former' })
    const next = await placeOf(postgres, 'image')
    const { stdout, status } = await next.tray(['restore', file], { ...next.env, SECRET_KEY: 'given' })
    expect(status).toBe(0)
    const sentence = `SECRET_KEY is set by the environment to a key with fingerprint 5b729e0f, and this data needs 2a364306:`
    expect(stdout).toContain(`${sentence} set it to what \`tar -xOf ${file} keys/secret_key\` shows\n`)
    expect(execFileSync('tar', ['-xOf', file, 'keys/secret_key'], { encoding: 'utf8' })).toBe('former\n')
  })

  it('whose restore was killed at several moments works when it is run again', async () => {
    const one = await filled('deb')
    const file = join(one.root, 'one.backup')
    await one.tray(['backup', file], one.env)
    const next = await placeOf(postgres, 'wheel')
    for (const seconds of [0.3, 0.5, 0.8]) {
      const program = [PYTHON, '-IS', join(next.root, 'launcher/launcher.py'), 'restore', file]
      const env = { PATH: process.env['PATH'] ?? '', ...next.env }
      await outcome('timeout', ['-s', 'KILL', String(seconds), ...program], { env })
    }
    const { stderr, status } = await next.tray(['restore', file], next.env)
    // Killed after the very end, there is data; nothing is half there.
    if (status !== 0) expect(stderr).toContain('there is data already (3 tables')
    expect(await next.query(SUMMARY)).toBe(await one.query(SUMMARY))
    expect(digests(join(next.root, 'state/media'))).toEqual(digests(join(one.root, 'state/media')))
    expect(next.read('state/secret_key')).toBe(one.read('etc/secret_key'))
  })

  it('needs pg_dump; a lean image without it prints the command of the full one', async () => {
    const said = async (channel: string): Promise<Outcome> => {
      const one = await placeOf(postgres, channel)
      const data = JSON.parse(one.read('launcher/launcher.json'))
      const full = { major: '99', bin: '/nonexistent', image: 'ghcr.io/tray/tray:1.2.0' }
      one.write('launcher/launcher.json', JSON.stringify({ ...data, postgresql: full }))
      const program = [PYTHON, '-IS', join(one.root, 'launcher/launcher.py'), 'backup', join(one.root, 'b')]
      const hidden = 'mount -t tmpfs none /usr/lib/postgresql && PATH=/sbin exec "$@"'
      const env = { PATH: process.env['PATH'] ?? '', ...one.env }
      return outcome('unshare', ['-m', 'sh', '-c', hidden, 'sh', ...program], { env })
    }
    const image = await said('image')
    expect(image.status).toBe(78)
    expect(image.stderr).toMatch(
      /^this image has no pg_dump; the full one does it:\ndocker run --rm --volumes-from \S+ --network container:\S+ -e DATABASE_URL ghcr\.io\/tray\/tray:1\.2\.0 backup - > tray\.backup\n$/,
    )
    const deb = 'pg_dump is not installed; on Debian and Ubuntu: apt-get install postgresql-client\n'
    expect(await said('deb')).toMatchObject({ status: 78, stderr: deb })
  })

  it('that finds no room is refused with figures, and leaves nothing', async () => {
    const one = await filled('image')
    mkdirSync(join(one.root, 'small'))
    const program = [PYTHON, '-IS', join(one.root, 'launcher/launcher.py'), 'backup', join(one.root, 'small/b')]
    const small = 'mount -t tmpfs -o size=1m none "$0" && { "$@"; code=$?; ls -A "$0"; exit $code; }'
    const env = { PATH: process.env['PATH'] ?? '', ...one.env }
    const result = await outcome('unshare', ['-m', 'sh', '-c', small, join(one.root, 'small'), ...program], { env })
    expect(result).toMatchObject({ status: 1, stdout: '' })
    expect(result.stderr).toMatch(/^not enough room for .*\/small\/b: up to 3\.\d MB are needed, 1\.0 MB are free\n$/)
  })
})
