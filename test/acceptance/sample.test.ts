import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { rehearsalSteps } from '../../scripts/lib/core/rehearsal.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { type Background, startBackground } from '../../scripts/lib/io/background.ts'
import { openReport } from '../../scripts/lib/io/report.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { measureTree } from '../../scripts/lib/io/tree-files.ts'
import { runBlackBox } from '../../scripts/rehearse/black-box.ts'
import type { Channel, RunningApp } from '../../scripts/rehearse/channel.ts'
import { freePort } from '../../scripts/rehearse/port.ts'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { copySample, SAMPLE } from '../support/sample.ts'
import { describeWith } from '../support/tool.ts'

const BUILD = 'core/static/core/build'

const words = z.array(z.string())
const configuration = z
  .object({
    rehearse: rehearsalSteps,
    runtime: z.object({ settings: z.string(), migrate: words, services: z.array(z.object({ command: words })) }),
    python: z.object({ collect: z.object({ command: words, environment: z.record(z.string(), z.string()) }) }),
  })
  .parse(load(readFileSync(join(SAMPLE, 'slipway.yaml'), 'utf8')))

type Variables = Readonly<Record<string, string>>

/** The sample as its developers have it: their virtual environment, the tree as the working directory, gunicorn. */
interface Checkout {
  readonly tree: string
  readonly python: string
  readonly variables: Variables
}

async function buildFrontend(tree: string, variables: Variables = {}): Promise<string> {
  const cwd = join(tree, 'frontend')
  await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, inherit: true })
  await run(['npm', 'run', 'build'], { cwd, env: variables })
  return join(tree, BUILD)
}

async function prepare(dir: string): Promise<string> {
  const tree = await copySample(join(dir, 'satchel'))
  const venv = join(dir, 'venv')
  await run(['python3', '-m', 'venv', venv])
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--require-hashes',
    '--only-binary',
    ':all:',
    '-r',
    'requirements.txt',
  ]
  await run([join(venv, 'bin/python'), ...pip], { cwd: tree, inherit: true })
  await buildFrontend(tree)
  for (const language of ['en', 'de']) {
    const messages = join(tree, `translations/${language}/LC_MESSAGES/django`)
    await run(['msgfmt', '-o', `${messages}.mo`, `${messages}.po`])
  }
  const { command, environment } = configuration.python.collect
  const env = { ...environment, DJANGO_SETTINGS_MODULE: configuration.runtime.settings }
  await run([join(venv, 'bin/python'), ...command], { cwd: tree, env })
  return tree
}

function gunicorn({ tree, python, variables }: Checkout, port: number): Background {
  const [program = '', ...args] = configuration.runtime.services[0]?.command ?? []
  const filled = args.map((word) => word.replace('{host}', '127.0.0.1').replace('{port}', `${port}`))
  return startBackground([join(python, '..', program), ...filled], { cwd: tree, env: variables })
}

/** The application straight from its tree, without any artifact. */
function checkoutChannel(checkout: Checkout): Channel {
  const { tree, python, variables } = checkout
  return {
    name: 'checkout',
    async start() {
      const port = await freePort()
      let server = gunicorn(checkout, port)
      return {
        url: `http://127.0.0.1:${port}`,
        async restart() {
          server.assertRunning()
          await server.stop()
          server = gunicorn(checkout, port)
        },
        exec: (command) => run([python, 'manage.py', ...command], { cwd: tree, env: variables }),
        stop: () => server.stop(),
      }
    },
  }
}

async function json(url: string): Promise<[number, unknown]> {
  const response = await fetch(url)
  return [response.status, await response.json()]
}

describeWith(['npm', 'python3', 'msgfmt', 'psql', 'git'], 'the sample application, straight from its tree', () => {
  const report = openReport()
  let dir: string
  let postgres: Postgres
  let checkout: Checkout
  let listing: StaticListing

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'slipway-sample-'))
    postgres = await startPostgres()
    const tree = await prepare(dir)
    const { password } = new URL(await postgres.database('satchel'))
    const variables = {
      DJANGO_SETTINGS_MODULE: configuration.runtime.settings,
      SECRET_KEY: 'a key that only this test knows',
      POSTGRES_HOST: postgres.host,
      POSTGRES_PORT: `${postgres.port}`,
      POSTGRES_PASSWORD: password,
      MEDIA_ROOT: join(dir, 'media'),
    }
    checkout = { tree, python: join(dir, 'venv/bin/python'), variables }
    const [bundle, collected] = await Promise.all([measureTree(join(tree, BUILD)), measureTree(join(tree, 'static'))])
    const placed = bundle.files.map((entry) => ({ ...entry, path: `${BUILD}/${entry.path}` }))
    listing = { schema: 1, bundle: placed, collected: collected.files }
  })

  afterAll(async () => {
    await postgres?.stop()
    await rm(dir, { recursive: true, force: true })
  })

  async function visit(variables: Variables, act: (app: RunningApp) => Promise<void>): Promise<void> {
    const app = await checkoutChannel({ ...checkout, variables: { ...checkout.variables, ...variables } }).start()
    try {
      await act(app)
    } finally {
      await app.stop()
    }
  }

  it('is alive but not ready before its migrations, and says why', async () => {
    await visit({}, async ({ url }) => {
      await runBlackBox([{ ready: '/healthz' }], { url, restart: async () => undefined }, listing, report)
      expect(await json(`${url}/readyz`)).toEqual([
        503,
        { status: 'unavailable', reason: expect.stringMatching(/^\d+ migrations are not applied/) },
      ])
    })
  })

  it('passes every step of its slipway.yaml, and serves every collected file', async () => {
    await visit({}, async (app) => {
      await app.exec(configuration.runtime.migrate.slice(1))
      await runBlackBox([...configuration.rehearse, { static: 'all' }], app, listing, report)
    })
  })

  it('with another key it logs people in and says in the page that their notes are lost', async () => {
    const login = configuration.rehearse.find((step) => 'login' in step)
    await visit({ SECRET_KEY: 'another key' }, async (app) => {
      const sealed = { contains: { page: '/notes', text: 'sealed with another secret key' } }
      await runBlackBox([{ ready: '/readyz' }, ...(login ? [login] : []), sealed], app, listing, report)
    })
  })

  it('says that its database is gone, and stays alive', async () => {
    await visit({ POSTGRES_PORT: '9' }, async (app) => {
      await runBlackBox([{ ready: '/healthz' }], app, listing, report)
      expect(await json(`${app.url}/readyz`)).toEqual([
        503,
        { status: 'unavailable', reason: 'The database does not answer.' },
      ])
    })
  })

  it('passes its own tests', async () => {
    const { user, password } = postgres
    const env = { ...checkout.variables, POSTGRES_USER: user, POSTGRES_PASSWORD: password }
    await run([checkout.python, 'manage.py', 'test'], { cwd: checkout.tree, env })
  })

  it('builds the same front end at another path, in another time zone', async () => {
    const other = await buildFrontend(await copySample(join(dir, 'deep/er/copy')), { TZ: 'Asia/Tokyo', LANG: 'de_DE' })
    const sums = async (folder: string): Promise<string[]> =>
      (await measureTree(folder)).files.map((entry) =>
        'sha256' in entry ? `${entry.sha256} ${entry.path}` : entry.path,
      )
    expect(await sums(other)).toEqual(await sums(join(checkout.tree, BUILD)))
    const manifest: object = JSON.parse(readFileSync(join(other, 'manifest.json'), 'utf8'))
    expect(Object.keys(manifest)).toEqual(['de', 'en'])
  })
})
