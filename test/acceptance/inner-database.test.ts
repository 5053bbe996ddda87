import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Container, container, POSTGRESQL } from '../launcher/container.ts'
import { describeWith } from '../support/tool.ts'

const ALL = ['run', '--all', '--migrate']
const COUNT = ['manage', 'ask', 'SELECT count(*) FROM papers']

function data(place: Container): string {
  return join(place.layout.state, 'postgresql', POSTGRESQL.major)
}

function kept(place: Container, path: string): string {
  return readFileSync(join(place.layout.state, path), 'utf8')
}

describeWith(['psql'], 'the PostgreSQL inside', () => {
  it('is made, serves, ends after the application, and is found again', async () => {
    const place = await container()
    const first = place.start(ALL, { MIGRATE_SECONDS: '2', DRAIN_SECONDS: '1' })
    await first.says('bringing the database up to date')
    const meanwhile = await place.get('/')
    expect(meanwhile?.status).toBe(503)
    expect(meanwhile?.headers.get('retry-after')).toBe('2')
    expect(meanwhile?.body).toContain('<h1>Tray is starting</h1>')
    expect(await place.once(['health'])).toMatchObject({ status: 1, stderr: 'Tray is starting\n' })

    await first.says('Tray is ready: ')
    expect(first.log().trimEnd().split('\n').at(-1)).toBe(`Tray is ready: http://localhost:${place.port}/`)
    expect((await place.get('/'))?.body).toBe('papers: 1')
    expect(await place.once(COUNT)).toMatchObject({ status: 0, stdout: '1\n', stderr: '' })
    const key = kept(place, 'secret_key')

    const told = performance.now()
    expect(await first.end()).toBe(0)
    expect(performance.now() - told).toBeLessThan(9000)
    expect(kept(place, 'events.log')).toBe('web was told\nweb sees 1 papers\n')
    expect(first.log().trimEnd()).toMatch(/postgresql: LOG: {2}database system is shut down$/)

    const second = place.start(ALL)
    await second.says('Tray is ready: ')
    expect(second.log()).not.toMatch(/not properly shut down|making its database|made .*secret_key/)
    expect((await place.get('/'))?.body).toBe('papers: 1')
    expect(kept(place, 'secret_key')).toBe(key)
  })

  it('runs for the duration of one command where it does not run already', async () => {
    const place = await container()
    expect(await place.once(['migrate'])).toMatchObject({ status: 0 })
    const said = await place.once(COUNT)
    expect(said).toEqual({ status: 0, stdout: '1\n', stderr: '' })
    expect((await place.once(['manage', 'ask', 'SELECT nonsense'])).status).toBe(1)
    expect(existsSync(join(data(place), 'postmaster.pid'))).toBe(false)
    expect(statSync(data(place)).mode & 0o777).toBe(0o700)

    const asleep = place.start(['manage', 'sleep'])
    await asleep.says('asleep')
    expect(await asleep.end('SIGINT')).not.toBe(0)
    expect(kept(place, 'events.log')).toBe('woken\n')
    expect(existsSync(join(data(place), 'postmaster.pid'))).toBe(false)
  })
})
