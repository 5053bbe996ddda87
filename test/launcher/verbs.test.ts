import { execFileSync, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { launcherFiles } from '../../scripts/launcher/data.ts'
import { describeWith } from '../support/tool.ts'
import { trayFacts } from './facts.ts'
import { easyFacts, echoOf, install, outcome, PYTHON } from './installation.ts'

const KEY = { SECRET_KEY: 'k' }
const SOURCES = join(import.meta.dirname, '../../scripts')

/** A server on a free port that answers each path with a status and its own words, or with a redirect. */
async function answering(answers: Readonly<Record<string, number | string>>): Promise<string> {
  const server: Server = createServer((request, response) => {
    const answer = answers[request.url ?? ''] ?? 404
    if (typeof answer === 'string') response.writeHead(302, { location: answer })
    else response.writeHead(answer)
    response.end(`words of ${request.headers.host}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return String((server.address() as AddressInfo).port)
}

describe('the command line', () => {
  it('a terminal without its characters gets its help all the same', async () => {
    const place = install()
    const program =
      'import io, sys; sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="ascii"); ' +
      'sys.path.insert(0, sys.argv[1]); from slipway_launcher.main import main; main(sys.argv[1] + "/launcher.json", ["--help"])'
    const result = await outcome(PYTHON, ['-c', program, join(place.root, 'launcher')], { env: {} })
    expect(result).toMatchObject({ status: 0, stderr: '' })
    expect(result.stdout).toContain('manage \\u2026')
  })

  const plain = { app: '/app', static: '', vendor: [], state: '/state', config: ['/etc/tray.env'], secrets: '/etc' }

  it('--help lists every verb and the own commands', async () => {
    const { status, stdout } = await install(plain).tray(['--help'])
    expect(status).toBe(0)
    await expect(stdout).toMatchFileSnapshot('../golden/launcher/help.txt')
  })

  it('alone it says in three lines what to do', async () => {
    const { status, stdout } = await install(plain).tray([])
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout:
        'Tray 1.2.0: Papers that wait for somebody\n' +
        'Configure: set DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/NAME in the environment or in /etc/tray.env\n' +
        'Then: `tray check`, `tray migrate`, `tray run`; `tray --help` lists every verb\n',
    })
  })

  it.each([
    [['--version'], 0, '1.2.0\n', ''],
    [['version'], 0, '1.2.0\n', ''],
    [['fly'], 2, '', 'tray has no verb fly; `tray --help` lists them\n'],
    [['--config'], 2, '', '--config wants a path\n'],
    [['run', 'mail'], 2, '', 'Tray has no service mail (it has: web, worker)\n'],
    [['python', '-m'], 2, '', 'python -m needs one more word\n'],
    [['python', 'no.py'], 2, '', 'no.py does not exist\n'],
  ])('%j', async (words, status, stdout, stderr) => {
    expect(await install({}, easyFacts()).tray(words, KEY)).toEqual({ status, stdout, stderr })
  })

  it('a wrong option is exit code 2, and VERB --help explains the options', async () => {
    const place = install()
    expect((await place.tray(['health', '--quick'])).status).toBe(2)
    expect((await place.tray(['run', '--help'])).stdout).toContain('--migrate')
  })

  it('a verb that the application has nothing for is not there', async () => {
    const facts = easyFacts()
    const { migrate: _migrate, manage: _manage, ...runtime } = facts.runtime
    const place = install({}, { ...facts, runtime: { ...runtime, services: [], commands: {} } })
    const { stdout } = await place.tray(['--help'])
    expect(stdout).not.toMatch(/^ {2}(migrate|manage|run|health|reindex)/m)
    expect((await place.tray(['migrate'])).status).toBe(2)
  })

  it('paths --json names every place', async () => {
    const place = install()
    expect(JSON.parse((await place.tray(['paths', '--json'])).stdout)).toMatchObject({
      app: place.layout.app,
      static: place.layout.static,
      state: place.layout.state,
      directories: [join(place.root, 'state/media')],
      configuration: place.layout.config,
      keys: { SECRET_KEY: join(place.root, 'etc/secret_key') },
    })
    expect((await place.tray(['paths'])).stdout).toContain(`state          ${place.root}/state  (not there)`)
  })
})

describe('programs', () => {
  it('a service runs in the application folder, in the same process, with its exit code', async () => {
    const place = install({}, easyFacts())
    const result = await place.tray(['run', '--', '--reload'], { ...KEY, ECHO_STATUS: '7' })
    const echo = echoOf(result)
    expect(result.status).toBe(7)
    expect(echo.cwd).toBe(place.layout.app)
    expect(echo.argv).toEqual([
      'echo-server',
      ...['--bind', '127.0.0.1:8000', '--media', join(place.root, 'state/media'), '--reload'],
    ])
    expect(result.stderr).toBe('Tray 1.2.0 web on http://localhost:8000\n')
  })

  it('a service may be a file of the application', async () => {
    const place = install({}, easyFacts())
    const echo = echoOf(await place.tray(['run', 'worker'], KEY))
    expect(echo.argv).toEqual([join(place.root, 'app/worker.py'), '--queue', 'all'])
  })

  it('gunicorn is told the application folder unless the command names one', async () => {
    const facts = easyFacts()
    const started = async (command: readonly string[]): Promise<readonly string[]> => {
      const runtime = { ...facts.runtime, services: [{ name: 'web', command }] }
      const place = install({}, { ...facts, runtime })
      return echoOf(await place.tray(['run'], KEY)).argv.map((word) => word.replace(place.root, ''))
    }
    expect(await started(['gunicorn', 'wsgi'])).toEqual(['gunicorn', '--chdir', '/app', 'wsgi'])
    expect(await started(['gunicorn', '--chdir=/x'])).toEqual(['gunicorn', '--chdir=/x'])
  })

  it('a command that no dependency brings is a sentence', async () => {
    const facts = easyFacts()
    const place = install(
      {},
      { ...facts, runtime: { ...facts.runtime, services: [{ name: 'web', command: ['no-such'] }] } },
    )
    expect((await place.tray(['run'], KEY)).stderr).toContain('no dependency brings the command no-such\n')
  })

  it('manage and own commands keep the working directory and pass every word on', async () => {
    const place = install({}, easyFacts())
    const manage = echoOf(
      await place.tray(['manage', 'load', '--help', './file'], KEY, { cwd: join(place.root, 'etc') }),
    )
    expect(manage.cwd).toBe(join(place.root, 'etc'))
    expect(manage.argv).toEqual([join(place.root, 'app/manage.py'), 'load', '--help', './file'])
    const own = echoOf(await place.tray(['reindex', '--all'], KEY))
    expect(own.argv.slice(1)).toEqual(['rebuild_index', '--all'])
    expect((await place.tray(['manage', 'fail'], KEY)).status).toBe(3)
  })

  it('python takes -m, -c, a file and its standard input', async () => {
    const place = install({}, easyFacts())
    const file = place.write('one.py', 'import sys, greeting; print(sys.argv[1:], greeting.TEXT)\n')
    expect((await place.tray(['python', file, 'a'], KEY)).stdout).toBe("['a'] from the application tree\n")
    expect((await place.tray(['python', '-c', 'import sys; print(sys.argv)', 'a'], KEY)).stdout).toBe("['-c', 'a']\n")
    expect((await place.tray(['python', '-m', 'worker', 'a'], KEY)).status).toBe(0)
    expect((await place.tray(['python'], KEY)).status).toBe(0)
  })

  it('a container is told when its database can only be itself', async () => {
    const place = install({ channel: 'image', secrets: '{state}' }, easyFacts())
    const local = await place.tray(['run'], { DATABASE_URL: 'postgres://u:p@localhost/n' })
    expect(local.stderr).toContain('tray: localhost is this container itself: name the database')
    expect((await place.tray(['run'])).stderr).toContain('no database is configured: set DATABASE_URL=postgres://')
    expect((await place.tray(['run'], { DB_HOST: 'db' })).stderr).not.toContain('database')
  })
})

describeWith(['root', 'unshare', 'pgrep'], 'the first process of a container', () => {
  const [program = '', ...apart] = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']

  it.each([
    ['itself', ['python', '-c', 'import time; print("up"); time.sleep(60)'], '0'],
    ['its child that migrates', ['run', '--migrate'], '60'],
  ])('ends when it is told to: %s', async (_, words, seconds) => {
    const place = install({}, easyFacts())
    const python = [PYTHON, '-IS', join(place.root, 'launcher/launcher.py')]
    const env = { PATH: process.env['PATH'] ?? '', ...KEY, MIGRATE_SECONDS: seconds }
    const child = spawn(program, [...apart, '--', ...python, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    await sleep(1500)
    const [inner] = execFileSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
    process.kill(Number(inner), 'SIGTERM')
    expect(await ended).toBe(143)
  })
})

describe('health', () => {
  it.each([
    ['lives', ['health'], { '/healthz': 200, '/readyz': 503 }, 0, ''],
    ['can serve', ['health', '--ready'], { '/readyz': 204 }, 0, ''],
    ['cannot serve yet', ['health', '--ready'], { '/readyz': 503 }, 1, '/readyz answered 503\nwords of localhost:'],
    ['a redirect leads to a page', ['health'], { '/healthz': '/first?a=1', '/first?a=1': 200 }, 0, ''],
    ['a redirect leads to a failure', ['health'], { '/healthz': '/first', '/first': 500 }, 1, '/first answered 500\n'],
    [
      'a redirect elsewhere',
      ['health'],
      { '/healthz': 'https://sso.example/' },
      1,
      '/healthz answered 302\nhttps://sso',
    ],
    ['a redirect to itself', ['health'], { '/healthz': '/healthz' }, 1, '/healthz answered 302\n/healthz'],
  ] as const)('%s', async (_, words, answers, status, stderr) => {
    const env = { PORT: await answering(answers), http_proxy: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' }
    const result = await install().tray(words, env)
    expect(result.status).toBe(status)
    expect(result.stderr.startsWith(stderr)).toBe(true)
    expect(result.stderr === '').toBe(stderr === '')
  })

  it.each([
    ['a fixed name', 'tray.internal', {}, 'tray.internal'],
    ['the first of a variable', 'SITE_HOSTS', { SITE_HOSTS: '.tray.example, b.example' }, 'tray.example'],
    ['the host of a URL', 'SITE_HOSTS', { SITE_HOSTS: 'https://tray.example:8443/x' }, 'tray.example:8443'],
    ['localhost where all are allowed', 'SITE_HOSTS', { SITE_HOSTS: '*' }, 'localhost:'],
    ['localhost where none is given', 'SITE_HOSTS', {}, 'localhost:'],
  ] as const)('asks for %s', async (_, host, env, asked) => {
    const port = await answering({ '/healthz': 500 })
    const { services, environment } = trayFacts().runtime
    const row = { name: 'SITE_HOSTS', meaning: 'Hosts it answers to', required: false, secret: false }
    const hosted = { services: services.map((one) => ({ ...one, host })), environment: [...environment, row] }
    const place = install({}, trayFacts(hosted))
    const { stderr } = await place.tray(['health'], { PORT: port, ...env })
    expect(stderr.startsWith(`/healthz answered 500\nwords of ${asked}`)).toBe(true)
  })

  it('a refused host name is told with what to do', async () => {
    const port = await answering({ '/healthz': 400 })
    const { stderr } = await install().tray(['health'], { PORT: port })
    expect(stderr).toContain(`/healthz answered 400: if it refuses the host name localhost:${port}, add that to`)
    expect(stderr).toContain('runtime.services[].host in slipway.yaml')
  })

  it('nobody listens', async () => {
    const result = await install().tray(['health'], { PORT: '9' })
    expect(result).toMatchObject({ status: 1, stderr: 'http://127.0.0.1:9/healthz: connection refused\n' })
  })

  it('a service without a path is a sentence', async () => {
    const stderr = 'service worker has no health path\n'
    expect(await install().tray(['health', 'worker'])).toMatchObject({ status: 78, stderr })
  })
})

describe('the sources', () => {
  it.each(launcherFiles.filter((file) => file.endsWith('.py')))('%s is Python 3.9', (file) => {
    const program = 'import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 9))'
    expect(() => execFileSync('python3', ['-c', program, join(SOURCES, file)], { stdio: 'pipe' })).not.toThrow()
  })
})
