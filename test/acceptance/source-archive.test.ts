import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { isLink } from '../../scripts/lib/core/tree.ts'
import { type Background, startBackground, waitUntil } from '../../scripts/lib/io/background.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { freePort } from '../../scripts/rehearse/port.ts'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { sampleRelease } from '../support/release.ts'
import { describeWith } from '../support/tool.ts'

describeWith(['psql', 'python3-venv', 'bash'], 'the source archive with static files', () => {
  let folder = ''
  let top = ''
  let listing: StaticListing
  let postgres: Postgres
  let server: Background | undefined

  beforeAll(async () => {
    const out = await sampleRelease()
    const { facts } = await readStageJson<Plan>(join(out, 'plan.json'), 'plan')
    listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
    folder = await mkdtemp(join(tmpdir(), 'slipway-source-'))
    const name = `satchel-${facts.version.plain}`
    await run(['tar', '-xzf', join(out, 'artifacts', `${name}-source-with-static.tar.gz`), '-C', folder])
    top = join(folder, name)
    postgres = await startPostgres()
  })
  afterAll(async () => {
    await server?.stop()
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** The commands of INSTALL in their order, as a person types them into one shell. */
  async function typed(): Promise<readonly string[]> {
    const text = await readFile(join(top, 'INSTALL'), 'utf8')
    return [...text.matchAll(/^\d+\. .*?: {2}(.+)$/gm)].map(([, command = '']) => command)
  }

  /** What ENVIRONMENT.md lists, and how this machine reaches the Python index. */
  async function environment(): Promise<Record<string, string>> {
    const { hostname, port, pathname, username, password } = new URL(await postgres.database('satchel'))
    const index = Object.entries(process.env).filter(([name]) => /^(?:PIP_|https?_proxy$|SSL_CERT)/i.test(name))
    return {
      ...(Object.fromEntries(index) as Record<string, string>),
      ...{ DJANGO_SETTINGS_MODULE: 'config.settings.production', SECRET_KEY: 'only-for-this-test', ALLOWED_HOSTS: '*' },
      ...{ POSTGRES_HOST: hostname, POSTGRES_PORT: port, POSTGRES_DB: pathname.slice(1) },
      ...{ POSTGRES_USER: username, POSTGRES_PASSWORD: password },
    }
  }

  it('runs by the words of its own INSTALL, ready with the database', async () => {
    const commands = await typed()
    expect(commands.map((command) => command.split(' ').slice(0, 3).join(' '))).toEqual([
      'python3 -m venv',
      'python3 -m pip',
      'python3 manage.py migrate',
      'gunicorn config.wsgi:application --bind',
    ])
    const port = await freePort() // 8000, as INSTALL says, may be another test's
    const last = `exec ${commands.at(-1)?.replace('127.0.0.1:8000', `127.0.0.1:${port}`)}`
    const script = [...commands.slice(0, -1), last].join('\n')
    server = startBackground(['bash', '-euc', script], { cwd: top, env: await environment() })
    const ready = await waitUntil(async () => {
      server?.assertRunning()
      return fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    }, 500)
    expect(ready ? 'ready' : server.tail()).toBe('ready')
  })

  it('holds all static files as they were released', async () => {
    const wrong: string[] = []
    for (const entry of listing.collected) {
      if (isLink(entry)) continue
      const bytes = await readFile(join(top, 'static', entry.path)).catch(() => '')
      if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) wrong.push(entry.path)
    }
    expect(listing.collected.length).toBeGreaterThan(100)
    expect(wrong).toEqual([])
  })
})
