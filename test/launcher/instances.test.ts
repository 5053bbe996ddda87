import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { launcherLayout, renderInstanceFile } from '../../scripts/deb/layout.ts'
import type { Facts } from '../../scripts/lib/core/facts.ts'
import { easyFacts, echoOf, type Installation, install } from './installation.ts'

/** An installation that may have instances, with the configuration of a new one as the Debian package brings it. */
function installed(facts: Facts = easyFacts()): Installation {
  const root = (place: string): string => join('/nowhere', place)
  const place = install({ instances: { state: root(''), config: [], secrets: root(''), example: root('') } }, facts)
  const own = join(place.root, 'etc/instances/{instance}')
  const instances = {
    state: join(place.root, 'state/instances/{instance}'),
    config: [join(own, 'tray.env'), join(own, 'conf.d')],
    secrets: own,
    example: join(place.root, 'instance.env'),
  }
  const data = JSON.parse(place.read('launcher/launcher.json'))
  place.write('launcher/launcher.json', JSON.stringify({ ...data, instances }))
  place.write('instance.env', renderInstanceFile(facts, launcherLayout(facts, 'py3')))
  return place
}

describe('an instance', () => {
  it('is made by init with a key, a place and a commented configuration of its own, once', async () => {
    const place = installed()
    expect(await place.tray(['--instance', 'north-1', 'init'])).toMatchObject({ status: 0, stderr: '' })
    const key = place.read('etc/instances/north-1/secret_key')
    const text = place.read('etc/instances/north-1/tray.env')
    expect(text).toContain('\nPORT=8001\n')
    expect(text).toContain('\n#DB_NAME=tray_north_1\n')
    expect(text).toContain('`tray --instance north-1 check`')
    expect(text).toContain('#MEDIA_ROOT=/var/lib/tray/instances/north-1/media')
    expect(text).not.toContain('{instance}')
    expect(statSync(join(place.root, 'etc/instances/north-1/tray.env')).mode & 0o777).toBe(0o640)
    place.write('etc/instances/north-1/tray.env', 'PORT=9000\n')
    await place.tray(['--instance', 'north-1', 'init'])
    expect(place.read('etc/instances/north-1/tray.env')).toBe('PORT=9000\n')
    expect(place.read('etc/instances/north-1/secret_key')).toBe(key)
    expect(existsSync(join(place.root, 'etc/secret_key'))).toBe(false)
  })

  it('takes a port above those of the service and of the other instances', async () => {
    const place = installed()
    place.write('etc/tray.env', 'PORT=8010\n')
    const names = ['a', 'b', 'c', 'd']
    await Promise.all(names.map((name) => place.tray(['--instance', name, 'init'])))
    const ports = names.map((name) => /^PORT=(\d+)$/m.exec(place.read(`etc/instances/${name}/tray.env`))?.[1])
    expect(ports.sort()).toEqual(['8011', '8012', '8013', '8014'])
  })

  it('shifts the ports of its further services as far as that of the first', async () => {
    const { runtime, ...facts } = easyFacts()
    const services = runtime.services.map((one, index) => ({
      ...one,
      command: ['echo.py', '{port}'],
      port: 8000 + index,
    }))
    const place = installed({ ...facts, runtime: { ...runtime, services } })
    await place.tray(['--instance', 'a', 'init'])
    expect(place.read('etc/instances/a/tray.env')).toContain('\nPORT=8003\n')
    const said = await place.tray(['--instance', 'a', 'run', 'worker'])
    expect(said.stderr).toContain('worker on http://localhost:8004')
  })

  it('gives the application its own key, state and database, and nothing of the other configuration', async () => {
    const place = installed()
    place.write('etc/tray.env', 'DB_HOST=elsewhere\nDB_NAME=other\n')
    await place.tray(['--instance', 'north', 'init'])
    mkdirSync(join(place.root, 'etc/instances/north/conf.d'), { recursive: true })
    place.write('etc/instances/north/conf.d/more.env', 'WORKERS=3\n')
    const { environment } = echoOf(await place.tray(['--instance', 'north', 'manage', 'x']))
    expect(environment).toMatchObject({
      DB_HOST: '/var/run/postgresql',
      DB_NAME: 'tray_north',
      WORKERS: '3',
      SECRET_KEY: place.read('etc/instances/north/secret_key').trimEnd(),
      APP_STATE_DIR: join(place.root, 'state/instances/north'),
    })
  })

  it('that was never made, or whose key is gone, is named with the next command', async () => {
    const place = installed()
    expect(await place.tray(['--instance', 'north', 'check'])).toMatchObject({
      status: 2,
      stderr: 'there is no instance north: `systemctl enable --now tray@north` makes it\n',
    })
    await place.tray(['--instance', 'north', 'init'])
    rmSync(join(place.root, 'etc/instances/north/secret_key'))
    const { status, stderr } = await place.tray(['--instance', 'north', 'manage', 'x'])
    expect({ status, stderr }).toEqual({ status: 78, stderr: expect.stringContaining('`tray --instance north init`') })
  })

  it.each(['', '../north', 'North', '-n', 'n-', 'a'.repeat(32), 'a/b'])('is never called %j', async (name) => {
    const place = installed()
    const { status, stderr } = await place.tray(['--instance', name, 'init'])
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('cannot be the name of an instance'),
    })
  })

  it('is refused where the channel has none', async () => {
    expect(await install().tray(['--instance', 'north', 'check'])).toMatchObject({
      status: 2,
      stderr: 'Tray has no instances here: --instance is for the Debian package\n',
    })
  })
})
