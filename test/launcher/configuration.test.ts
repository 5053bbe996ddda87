import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { quoteValue } from '../../scripts/launcher/environment-file.ts'
import { itWith } from '../support/tool.ts'
import { trayFacts } from './facts.ts'
import { easyFacts, echoOf, install } from './installation.ts'

const KEY = { SECRET_KEY: 'k' }

/** The variables the application sees when it is started with these files and this environment. */
async function seen(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  const place = install({}, easyFacts())
  for (const [path, text] of Object.entries(files)) place.write(path, text)
  return echoOf(await place.tray(['run'], { ...KEY, ...env })).environment
}

describe('where a variable comes from', () => {
  const layers = { 'etc/tray.env': 'WORKERS=3\nDB_NAME=file\n', 'etc/conf.d/10.env': 'DB_NAME=later\n' }

  it.each([
    ['the default, with the channel filled in', {}, {}, 'WORKERS', '2'],
    ['the env file over the default', layers, {}, 'WORKERS', '3'],
    ['conf.d over the env file', layers, {}, 'DB_NAME', 'later'],
    ['the environment over all files', layers, { DB_NAME: 'outer' }, 'DB_NAME', 'outer'],
    [
      'a file in conf.d that comes later by name',
      { ...layers, 'etc/conf.d/20.env': 'DB_NAME=last\n' },
      {},
      'DB_NAME',
      'last',
    ],
    ['only *.env files of conf.d', { ...layers, 'etc/conf.d/90.bak': 'DB_NAME=no\n' }, {}, 'DB_NAME', 'later'],
    ['an empty value over a default', {}, { WORKERS: '' }, 'WORKERS', ''],
    ['variables that the table does not name', { 'etc/tray.env': 'OTHER=1\n' }, {}, 'OTHER', '1'],
  ])('%s', async (_, files, env, name, value) => {
    expect((await seen(files, env))[name]).toBe(value)
  })

  it('a default may hold the state directory', async () => {
    const place = install({}, easyFacts())
    const { environment } = echoOf(await place.tray(['run'], KEY))
    expect(environment['MEDIA_ROOT']).toBe(join(place.root, 'state/media'))
    expect(environment['APP_STATE_DIR']).toBe(join(place.root, 'state'))
    expect(environment['APP_STATIC_DIR']).toBe(join(place.root, 'static'))
    expect(environment['DJANGO_SETTINGS_MODULE']).toBe('config.settings.production')
  })

  it('--config is above the other files and must exist', async () => {
    const place = install({}, easyFacts())
    place.write('etc/tray.env', 'WORKERS=3\n')
    place.write('mine.env', 'WORKERS=4\n')
    expect(echoOf(await place.tray(['--config', 'mine.env', 'run'], KEY)).environment['WORKERS']).toBe('4')
    const absent = await place.tray(['--config=none.env', 'run'], KEY)
    expect(absent).toMatchObject({ status: 2, stderr: `${join(place.root, 'none.env')} does not exist\n` })
  })

  it('the state directory is chosen by option or environment', async () => {
    const place = install({}, easyFacts())
    const state = join(place.root, 'elsewhere')
    expect(echoOf(await place.tray(['--state', 'elsewhere', 'run'], KEY)).environment['APP_STATE_DIR']).toBe(state)
    const env = { ...KEY, APP_STATE_DIR: state }
    expect(echoOf(await place.tray(['run'], env)).environment['MEDIA_ROOT']).toBe(join(state, 'media'))
  })
})

describe('lines of an env file', () => {
  it.each([
    ['A=plain', 'plain'],
    ['A=with # and spaces inside', 'with # and spaces inside'],
    ['  export A = spaced  ', 'spaced'],
    ['A="double \\"quoted\\" \\\\ $HOME\\n"', 'double "quoted" \\ $HOME\n'],
    ["A='single # \\n'  # comment", 'single # \\n'],
    ['A=', ''],
    ['A=a=b', 'a=b'],
    ['A=first\r\nA=second\r', 'second'],
    ['\uFEFFA=after a byte order mark', 'after a byte order mark'],
    ['# comment\n\n   # another\nA=ü', 'ü'],
  ])('%j gives %j', async (text, value) => {
    expect((await seen({ 'etc/tray.env': text }))['A']).toBe(value)
  })

  it('every value that the env file can hold is read back as it was', async () => {
    const values = [
      'plain',
      'a b#c',
      ' edge ',
      '"quoted"',
      "'",
      'two\nlines\r\n',
      '\\n \\',
      '$HOME `x` {state}',
      'ü"',
      '=',
    ]
    const lines = values.map((value, index) => `V${index}=${quoteValue(value)}`)
    const environment = await seen({ 'etc/tray.env': lines.join('\n') })
    expect(values.map((_, index) => environment[`V${index}`])).toEqual(values)
  })

  it.each([
    ['A=1\nnonsense', 2, 'not NAME=VALUE and not a comment'],
    ['1A=1', 1, 'not NAME=VALUE and not a comment'],
    ['\nA="open', 2, 'the quote that begins the value is not closed on this line'],
    ["A='a' b", 1, 'the quote that begins the value is not closed on this line'],
    ['APP_STATE_DIR=/x', 1, 'APP_STATE_DIR counts only in the environment (or: --state DIR)'],
  ])('%j is refused with file and line', async (text, line, message) => {
    const place = install({}, easyFacts())
    const file = place.write('etc/tray.env', text)
    expect(await place.tray(['run'], KEY)).toMatchObject({ status: 78, stderr: `${file}:${line}: ${message}\n` })
  })
})

describe('secrets', () => {
  it('NAME_FILE gives the value without the newline at its end, and is not passed on', async () => {
    const place = install({}, easyFacts())
    const file = place.write('password', 'p#ß w\r\n')
    const { environment } = echoOf(await place.tray(['run'], { ...KEY, DB_PASSWORD_FILE: file }))
    expect(environment['DB_PASSWORD']).toBe('p#ß w')
    expect(environment).not.toHaveProperty('DB_PASSWORD_FILE')
  })

  it('both NAME and NAME_FILE are refused, naming both', async () => {
    const place = install({}, easyFacts())
    const env = place.write('etc/tray.env', 'DB_PASSWORD=a\n')
    const result = await place.tray(['run'], { ...KEY, DB_PASSWORD_FILE: '/x' })
    const where = `(${env}:1) and DB_PASSWORD_FILE (the environment)`
    expect(result).toMatchObject({ status: 78, stderr: `both DB_PASSWORD ${where} are set: keep one of them\n` })
  })

  it('so are DATABASE_URL and DATABASE_URL_FILE', async () => {
    const env = { ...KEY, DATABASE_URL: 'postgres://u@h/n', DATABASE_URL_FILE: '/x' }
    const stderr =
      'both DATABASE_URL (the environment) and DATABASE_URL_FILE (the environment) are set: keep one of them\n'
    expect(await install({}, easyFacts()).tray(['run'], env)).toMatchObject({ status: 78, stderr })
  })

  it('an empty NAME beside NAME_FILE counts as not set', async () => {
    const place = install({}, easyFacts())
    const env = { ...KEY, DB_PASSWORD: '', DB_PASSWORD_FILE: place.write('password', 'x') }
    expect(echoOf(await place.tray(['run'], env)).environment['DB_PASSWORD']).toBe('x')
  })

  it('a NAME_FILE that is absent or empty is a sentence', async () => {
    const place = install({}, easyFacts())
    const absent = await place.tray(['run'], { ...KEY, DB_PASSWORD_FILE: '/no/file' })
    expect(absent.stderr).toBe('DB_PASSWORD_FILE (the environment): /no/file does not exist\n')
    const empty = await place.tray(['run'], { ...KEY, DB_PASSWORD_FILE: place.write('empty', '\n') })
    expect(empty).toMatchObject({ status: 78, stderr: `the value of DB_PASSWORD in ${place.root}/empty is empty\n` })
  })

  it('the credential of the service manager comes before the generated file', async () => {
    const place = install({}, easyFacts())
    mkdirSync(join(place.root, 'credentials'))
    place.write('credentials/secret_key', 'from the manager\n')
    place.write('etc/secret_key', 'from the file\n')
    const manager = { CREDENTIALS_DIRECTORY: join(place.root, 'credentials') }
    const shell = ['manage', 'shell']
    expect(echoOf(await place.tray(shell, manager)).environment['SECRET_KEY']).toBe('from the manager')
    expect(echoOf(await place.tray(shell)).environment['SECRET_KEY']).toBe('from the file')
  })
})

describe('DATABASE_URL', () => {
  const names = ['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD'] as const

  it.each([
    ['postgres://ada:s%40%2F%3A%23%25@db.example:6543/satch%20el', ['db.example', '6543', 'satch el', 'ada', 's@/:#%']],
    ['postgresql://db/one', ['db', '5432', 'one', 'tray', undefined]],
    ['postgresql+psycopg://u:p+w@h/n', ['h', '5432', 'n', 'u', 'p+w']],
    ['postgres://u@[2001:db8::1]:5433/n', ['2001:db8::1', '5433', 'n', 'u', undefined]],
    ['postgres://%2Frun%2Fpg/n', ['/run/pg', '5432', 'n', 'tray', undefined]],
    ['postgres:///n?host=/run/pg&user=u', ['/run/pg', '5432', 'n', 'u', undefined]],
    ['postgres://Host.Example/n', ['host.example', '5432', 'n', 'tray', undefined]],
  ])('%s fills the rows', async (url, values) => {
    const environment = await seen({}, { DATABASE_URL: url })
    expect(names.map((name) => environment[name])).toEqual(values)
  })

  it('an application that reads one URL gets it whole, whatever its name', async () => {
    const environment = [
      { name: 'TRAY_DB', meaning: 'Database', required: true, secret: true, from: 'database.url' as const },
    ]
    const place = install({}, trayFacts({ environment }))
    const url = 'postgres://u:p%40@h:1/n?sslmode=require'
    expect(echoOf(await place.tray(['run'], { DATABASE_URL: url })).environment['TRAY_DB']).toBe(url)
    expect((await place.tray(['run'])).stderr).toContain('TRAY_DB is not set (Database): set it in ')
  })

  it('its sslmode reaches libpq', async () => {
    expect((await seen({}, { DATABASE_URL: 'postgres://h/n?sslmode=require' }))['PGSSLMODE']).toBe('require')
  })

  it('replaces the whole database of lower layers, and yields to a row set beside it', async () => {
    const files = { 'etc/tray.env': 'DB_HOST=old\nDB_PORT=1\nDB_PASSWORD=old\n' }
    const environment = await seen(files, { DATABASE_URL: 'postgres://new/n', DB_USER: 'beside' })
    expect(names.map((name) => environment[name])).toEqual(['new', '5432', 'n', 'beside', undefined])
  })

  it('in a file yields to rows of the environment', async () => {
    const environment = await seen({ 'etc/tray.env': 'DATABASE_URL=postgres://u:p@file/n\n' }, { DB_HOST: 'outer' })
    expect(names.map((name) => environment[name])).toEqual(['outer', '5432', 'n', 'u', 'p'])
  })

  it('may come from a file', async () => {
    const place = install({}, easyFacts())
    const env = { ...KEY, DATABASE_URL_FILE: place.write('url', 'postgres://u:p@h/n\n') }
    expect(echoOf(await place.tray(['run'], env)).environment['DB_HOST']).toBe('h')
  })

  it.each([
    ['mysql://h/n', 'the environment: DATABASE_URL must look like postgres://USER:PASSWORD@HOST:PORT/NAME\n'],
    ['postgres://u:secret@h:nine/n', 'the environment: DATABASE_URL has no valid host and port\n'],
  ])('%s is refused without showing it', async (url, stderr) => {
    expect(await install({}, easyFacts()).tray(['run'], { ...KEY, DATABASE_URL: url })).toMatchObject({
      status: 78,
      stderr,
    })
  })
})

describe('host and port', () => {
  it.each([
    ['nothing', 'deb', {}, [], '127.0.0.1:8000'],
    ['nothing in a container', 'image', {}, [], '0.0.0.0:8000'],
    ['PORT', 'deb', { PORT: '9001' }, [], '127.0.0.1:9001'],
    ['APP_HOST', 'deb', { APP_HOST: '::1' }, [], '::1:8000'],
    ['options over the environment', 'deb', { PORT: '9001' }, ['--port', '9002', '--host', '0.0.0.0'], '0.0.0.0:9002'],
  ] as const)('%s', async (_, channel, env, words, address) => {
    const place = install({ channel, secrets: '{state}' }, easyFacts())
    const echo = echoOf(await place.tray(['run', 'web', ...words], { ...KEY, ...env }))
    expect(echo.argv.slice(0, 3)).toEqual(['echo-server', '--bind', address])
  })

  it.each(['http', '0', '65536', '-1', '8.0'])('PORT=%s is refused', async (port) => {
    const result = await install({}, easyFacts()).tray(['run'], { ...KEY, PORT: port })
    expect(result.stderr).toBe(`${port} is not a port (the environment): a number from 1 to 65535 is wanted\n`)
    expect(result.status).toBe(78)
  })
})

describe('what is missing', () => {
  it('is one sentence for each, exit code 78', async () => {
    const place = install({}, trayFacts())
    const result = await place.tray(['run'], { SITE_NAME: '' })
    expect(result.status).toBe(78)
    expect(result.stderr).toBe(
      `SECRET_KEY is not set and ${place.root}/etc/secret_key does not exist: run \`tray init\`\n` +
        'SITE_NAME is not set (Name in the head of each page): set it in the environment or in ' +
        `${place.root}/etc/tray.env, for example SITE_NAME=Our tray\n`,
    )
  })

  itWith(['root'], 'what may not be read says who may', async () => {
    const place = install({ user: 'tray' }, easyFacts())
    chmodSync(place.write('etc/tray.env', 'A=1\n'), 0o600)
    const result = await place.tray(['manage'], KEY, { uid: 65534, gid: 65534 })
    const stderr = `cannot read ${place.root}/etc/tray.env: run as root or as tray\n`
    expect(result).toMatchObject({ status: 2, stderr })
  })
})
