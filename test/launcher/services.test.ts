import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { RuntimeFacts } from '../../scripts/lib/core/facts.ts'
import { describeWith } from '../support/tool.ts'
import { type Container, container } from './container.ts'

const ELSEWHERE = { DATABASE_URL: 'postgres://tray@192.0.2.1/tray' }
const TWO: Partial<RuntimeFacts> = {
  services: [
    { name: 'mail', command: ['worker.py'] },
    { name: 'worker', command: ['worker.py', 'again'] },
  ],
}

function events(place: Container): string {
  return readFileSync(join(place.layout.state, 'events.log'), 'utf8')
}

describeWith(['python3'], 'several services in one container', () => {
  it('the first that ends ends all, with its exit code and a sentence', async () => {
    const place = await container(TWO)
    const running = place.start(['run', '--all'], { ...ELSEWHERE, WORKER_ENDS: '7' })
    expect(await running.ended).toBe(7)
    expect(running.log()).toMatch(/^tray: service (mail|worker) ended with 7, so everything ends$/m)
    expect(running.log()).toMatch(/^tray: DATABASE_URL is set, so the PostgreSQL of this image stays off$/m)
    expect(running.log()).toMatch(/^Tray is running$/m)
    expect(events(place)).toBe('worker runs\nworker runs\n')
    expect(existsSync(join(place.layout.state, 'postgresql'))).toBe(false)
  })

  it('all end when the container is told to', async () => {
    const running = (await container(TWO)).start(['run', '--all'], ELSEWHERE)
    await running.says('Tray is running')
    expect(await running.end()).toBe(0)
  })

  it.each([
    [['run', '--all', 'worker'], '--all runs every service as it is: leave out worker\n'],
    [['run', '--all', '--', '--reload'], '--all runs every service as it is: leave out the words behind --\n'],
  ])('%j is refused', async (words, stderr) => {
    expect(await (await container(TWO)).once(words)).toMatchObject({ status: 2, stderr })
  })

  it('one service and no database inside is that service alone, in the same process', async () => {
    const place = await container({ services: [{ name: 'worker', command: ['worker.py'] }] })
    const result = await place.once(['run', '--all'], { ...ELSEWHERE, WORKER_ENDS: '3' })
    expect(result.status).toBe(3)
    expect(result.stderr).not.toContain('everything ends')
  })

  it('nothing starts where another program has the port, whose answer would be taken for its own', async () => {
    const place = await container()
    const other = createServer((_, response) => response.end()).listen(place.port, '127.0.0.1')
    await once(other, 'listening')
    const result = await place.once(['run', '--all', '--migrate'])
    other.close()
    expect(result).toMatchObject({ status: 1, stdout: '' })
    expect(result.stderr).toMatch(new RegExp(`^port ${place.port} is taken: .*--port\n$`))
    expect(existsSync(join(place.layout.state, 'secret_key'))).toBe(false)
  })

  it('a program of the image is executed with the environment of the application, and nothing is made for it', async () => {
    const place = await container()
    const said = await place.once(['sh', '-c', 'echo "$DB_NAME $PGDATABASE $APP_STATE_DIR"; exit 5'])
    expect(said).toEqual({ status: 5, stdout: `tray tray ${place.layout.state}\n`, stderr: '' })
    expect((await place.once(['/bin/echo', '--all', 'x'])).stdout).toBe('--all x\n')
    expect(existsSync(join(place.layout.state, 'secret_key'))).toBe(false)
    expect(await place.once(['fly'])).toMatchObject({
      status: 2,
      stderr: 'tray has no verb fly; `tray --help` lists them\n',
    })
  })
})

describeWith(['root', 'unshare', 'setpriv'], 'the first process of a container', () => {
  it('takes orphans that have ended', async () => {
    const place = await container(TWO)
    const running = place.startApart(['run', '--all'], { ...ELSEWHERE, ORPHANS: '1', WORKER_ENDS: '0' })
    expect(await running.ended).toBe(0)
    expect(events(place)).toMatch(/^0 zombies\n/)
    expect(events(place)).not.toMatch(/[1-9]\d* zombies/)
  })
})
