import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeWith } from '../support/tool.ts'
import { easyFacts, echoOf, install } from './installation.ts'

const NOBODY = 65534

describe('init', () => {
  it('makes directories and the key once, and keeps both', async () => {
    const place = install()
    const first = await place.tray(['init'])
    expect(first).toMatchObject({ status: 0, stderr: '' })
    expect(first.stdout).toContain(`made ${place.root}/etc/secret_key; keep it as long as the data\n`)
    const key = place.read('etc/secret_key')
    expect(key).toMatch(/^[\w-]{64}\n$/)
    expect(statSync(join(place.root, 'etc/secret_key')).mode & 0o777).toBe(0o600)
    for (const path of ['state', 'state/media']) expect(statSync(join(place.root, path)).mode & 0o777).toBe(0o750)
    expect((await place.tray(['init'])).stdout).toBe(`Tray is ready in ${place.root}/state\n`)
    expect(place.read('etc/secret_key')).toBe(key)
  })

  it('copies configuration files of the application where there are none, and leaves them then', async () => {
    const facts = easyFacts()
    const place = install({}, { ...facts, runtime: { ...facts.runtime, files: { 'tray.cfg': 'example.cfg' } } })
    place.write('app/example.cfg', '[tray]\n')
    await place.tray(['init'])
    expect(place.read('state/tray.cfg')).toBe('[tray]\n')
    expect(statSync(join(place.root, 'state/tray.cfg')).mode & 0o777).toBe(0o640)
    place.write('state/tray.cfg', '[mine]\n')
    await place.tray(['init'])
    expect(place.read('state/tray.cfg')).toBe('[mine]\n')
    expect(readdirSync(join(place.root, 'state')).filter((name) => name.includes('tray.cfg'))).toEqual(['tray.cfg'])
  })

  it('never shows the key', async () => {
    const place = install()
    const said = await Promise.all([place.tray(['init']), place.tray(['check']), place.tray(['paths', '--json'])])
    const key = place.read('etc/secret_key').trim()
    for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain(key)
  })

  it('twenty at the same time make one key and leave nothing else', async () => {
    const place = install()
    const results = await Promise.all(Array.from({ length: 20 }, () => place.tray(['init'])))
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 0))
    expect(results.filter(({ stdout }) => stdout.startsWith('made '))).toHaveLength(1)
    expect(readdirSync(join(place.root, 'etc')).sort()).toEqual(['conf.d', 'secret_key'])
  })

  it('the umask does not open the key', async () => {
    const place = install()
    const before = process.umask(0)
    await place.tray(['init'])
    process.umask(before)
    expect(statSync(join(place.root, 'etc/secret_key')).mode & 0o777).toBe(0o600)
    expect(statSync(join(place.root, 'state')).mode & 0o777).toBe(0o750)
  })

  it('an empty key file is never filled and stops the start', async () => {
    const place = install({}, easyFacts())
    place.write('etc/secret_key', '')
    await place.tray(['init'])
    expect(place.read('etc/secret_key')).toBe('')
    const stderr = `the value of SECRET_KEY in ${place.root}/etc/secret_key is empty\n`
    expect(await place.tray(['run'])).toMatchObject({ status: 78, stderr })
  })

  it.each(['image', 'wheel'] as const)(
    'in the %s `run` does it by itself, unless the key is given',
    async (channel) => {
      const place = install({ channel, secrets: '{state}' }, easyFacts())
      await place.tray(['manage', 'shell'], { SECRET_KEY: 'given' })
      expect(readdirSync(join(place.root, 'state'))).not.toContain('secret_key')
      const made = echoOf(await place.tray(['run'])).environment['SECRET_KEY']
      expect(`${made}\n`).toBe(place.read('state/secret_key'))
      expect(echoOf(await place.tray(['run'])).environment['SECRET_KEY']).toBe(made)
    },
  )
})

describeWith(['root'], 'privileges', () => {
  it('root becomes the service user before the application begins', async () => {
    const place = install({ user: 'nobody' }, easyFacts())
    await place.tray(['init'])
    expect(statSync(join(place.root, 'etc/secret_key')).uid).toBe(0)
    expect(statSync(join(place.root, 'state/media')).uid).toBe(NOBODY)
    for (const words of [['run'], ['manage', 'shell'], ['python', '-c', 'import echo_server; echo_server.tell()']]) {
      const echo = echoOf(await place.tray(words))
      expect(echo.uid).toBe(NOBODY)
      expect(echo.groups).not.toContain(0)
      expect(echo.environment['USER']).toBe('nobody')
      expect(`${echo.environment['SECRET_KEY']}\n`).toBe(place.read('etc/secret_key'))
    }
  })

  it('somebody else is told who may read the key', async () => {
    const place = install({ user: 'nobody' }, easyFacts())
    await place.tray(['init'])
    const result = await place.tray(['manage', 'shell'], {}, { uid: 1, gid: 1 })
    const stderr = `cannot read ${place.root}/etc/secret_key: run as root or as nobody\n`
    expect(result).toMatchObject({ status: 2, stderr })
  })

  it('a working directory that the service user may not enter is left', async () => {
    const place = install({ user: 'nobody' }, easyFacts())
    await place.tray(['init'])
    const closed = join(place.root, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    expect(echoOf(await place.tray(['manage', 'shell'], {}, { cwd: closed })).cwd).toBe(join(place.root, 'state'))
    chmodSync(closed, 0o755)
    expect(echoOf(await place.tray(['manage', 'shell'], {}, { cwd: closed })).cwd).toBe(closed)
  })

  it('a state directory that cannot be made is a sentence with the next step', async () => {
    const image = install({ channel: 'image', secrets: '{state}', state: '/proc/no' }, easyFacts())
    const result = await image.tray(['run'], { SECRET_KEY: 'k' }, { uid: NOBODY, gid: NOBODY })
    expect(result.status).toBe(78)
    expect(result.stderr).toMatch(
      /^cannot create \/proc\/no: .*; mount a volume at \/proc\/no that this user may write/,
    )
  })

  it('a service user that does not exist is a sentence', async () => {
    const place = install({ user: 'no-such-user' }, easyFacts())
    const stderr = 'there is no user no-such-user on this machine\n'
    expect(await place.tray(['init'])).toMatchObject({ status: 78, stderr })
  })
})
