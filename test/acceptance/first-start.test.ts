import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { container } from '../launcher/container.ts'
import { describeWith } from '../support/tool.ts'

const ALL = ['run', '--all', '--migrate']

// What the first start says, and milliseconds after it: later phases last, because what is finished is not done again.
const MOMENTS: readonly (readonly [said: string, later: number])[] = [
  ['secret_key', 0],
  ['making its database', 0],
  ['making its database', 150],
  ['making its database', 300],
  ['making its database', 450],
  ['starting PostgreSQL', 0],
  ['ready to accept connections', 0],
  ['bringing the database up to date', 0],
  ['bringing the database up to date', 700],
]

describeWith(['psql', 'root', 'unshare', 'setpriv'], 'a container that is told to end in its first start', () => {
  it('ends at any moment within ten seconds, and a later start finds nothing damaged', async () => {
    const place = await container()
    const secret = join(place.layout.state, 'secret_key')
    let key: string | undefined
    for (const [said, later] of MOMENTS) {
      const running = place.startApart(ALL, { MIGRATE_SECONDS: '3' })
      if (said !== 'secret_key' || key === undefined) await running.says(said)
      await sleep(later)
      const told = performance.now()
      expect(await running.end(), `${said}, ${later} ms later`).toBe(143)
      expect(performance.now() - told).toBeLessThan(10_000)
      key ??= readFileSync(secret, 'utf8')
    }
    const running = place.startApart(ALL)
    await running.says('Tray is ready')
    expect(running.log()).not.toMatch(/not properly shut down|making its database/)
    expect((await place.get('/'))?.body).toBe('papers: 1')
    expect(readFileSync(secret, 'utf8')).toBe(key)
    expect(await running.end()).toBe(0)
    expect(readdirSync(join(place.layout.state, 'postgresql')).sort()).toEqual(['15', 'lock'])
  })
})
