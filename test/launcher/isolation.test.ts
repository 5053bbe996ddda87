import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderLauncherData } from '../../scripts/launcher/data.ts'
import { easyFacts, echoOf, type Installation, install, outcome, PYTHON } from './installation.ts'

const KEY = { SECRET_KEY: 'k' }

/** A folder whose modules would be imported if the launcher let them. */
function hostile(place: Installation): string {
  const folder = join(place.root, 'hostile')
  mkdirSync(folder)
  for (const name of ['json', 'greeting', 'echo_server', 'sitecustomize', 'usercustomize', 'slipway_launcher']) {
    writeFileSync(join(folder, `${name}.py`), `raise SystemExit("hostile ${name} was imported")\n`)
  }
  return folder
}

describe('what the application imports', () => {
  it.each([['run'], ['manage', 'shell'], ['python', '-c', 'import echo_server, greeting; echo_server.tell()']])(
    '%s: neither PYTHONPATH nor the working directory nor a start file of Python counts',
    async (...words) => {
      const place = install({}, easyFacts())
      const cwd = hostile(place)
      const env = { ...KEY, PYTHONPATH: cwd, PYTHONSTARTUP: join(cwd, 'json.py'), PYTHONHOME: cwd, HOME: cwd }
      const echo = echoOf(await place.tray(words, env, { cwd }))
      expect(echo.path[0]).toBe(place.layout.app)
      expect(echo.path.at(-1)).toBe(join(place.root, 'vendor'))
      expect(echo.path.filter((path) => /site-packages|dist-packages|hostile/.test(path))).toEqual([])
      expect(echo.environment).not.toHaveProperty('PYTHONHOME')
      expect(echo.environment['PYTHONPATH']).toBe(`${place.layout.app}:${join(place.root, 'vendor')}`)
    },
  )

  it('a start without -IS is started again with it', async () => {
    const place = install({}, easyFacts())
    const cwd = hostile(place)
    const env = { PATH: process.env['PATH'] ?? '', ...KEY, HOME: cwd }
    const echo = echoOf(await outcome(PYTHON, [join(place.root, 'launcher/launcher.py'), 'run'], { cwd, env }))
    expect(echo.path[0]).toBe(place.layout.app)
  })

  it('.pth files of a dependency count, and {python} is the running minor', async () => {
    const place = install({ vendor: ['../vendor-{python}'] }, easyFacts())
    const minor = (await place.tray(['run'], KEY)).stderr.match(/vendor-(\d+\.\d+) does not exist/)?.[1]
    expect(minor).toBeDefined()
    cpSync(join(place.root, 'vendor'), join(place.root, `vendor-${minor}`), { recursive: true })
    mkdirSync(join(place.root, `vendor-${minor}`, 'more'))
    place.write(`vendor-${minor}/more.pth`, 'more\n')
    expect(echoOf(await place.tray(['run'], KEY)).path.slice(-2)).toEqual([
      join(place.root, `vendor-${minor}`),
      join(place.root, `vendor-${minor}/more`),
    ])
  })

  it('no bytecode of the launcher appears beside its sources', async () => {
    const place = install({}, easyFacts())
    await place.tray(['run'], KEY)
    expect(readdirSync(join(place.root, 'launcher/slipway_launcher'))).not.toContain('__pycache__')
  })

  it('in an image bytecode goes below the state directory, to a folder of this build alone', async () => {
    const place = install({ channel: 'image', secrets: '{state}' }, easyFacts())
    mkdirSync(join(place.root, 'state/cache/python/1.1.0-older'), { recursive: true })
    const echo = echoOf(await place.tray(['run', 'worker']))
    expect(echo.prefix).toBe(join(place.root, 'state/cache/python/1.2.0-0123456789ab-1700000000'))
    expect(readdirSync(join(place.root, 'state/cache/python'))).not.toContain('1.1.0-older')
    expect(existsSync(join(place.root, 'app/__pycache__'))).toBe(false)
    const launchers = join(echo.prefix ?? '', place.root, 'launcher/slipway_launcher')
    expect(readdirSync(launchers).some((name) => /^main\..*\.pyc$/.test(name))).toBe(true)
  })

  it('while collecting nothing is written, nothing is required and no key is made', async () => {
    const place = install({ channel: 'collect' })
    const echo = echoOf(await place.tray(['python', 'manage.py', 'collect'], {}, { cwd: join(place.root, 'app') }))
    expect(echo.bytecode).toBe(false)
    expect(readdirSync(join(place.root, 'etc'))).toEqual(['conf.d'])
    expect(await place.tray(['init'])).toMatchObject({ status: 78, stderr: 'keys are never made while building\n' })
  })
})

describe('the wheel', () => {
  it('runs from a console script of a virtual environment, whatever the working directory', async () => {
    const place = install({}, easyFacts())
    const env = { PATH: process.env['PATH'] ?? '', HOME: join(place.root, 'home') }
    await outcome(PYTHON, ['-m', 'venv', '--without-pip', join(place.root, 'venv')], { env })
    const lib = join(place.root, 'venv/lib')
    const site = join(lib, readdirSync(lib)[0] ?? '', 'site-packages')
    cpSync(join(place.root, 'vendor'), site, { recursive: true })
    cpSync(join(place.root, 'app'), join(site, 'tray_release/app'), { recursive: true })
    cpSync(join(place.root, 'launcher/slipway_launcher'), join(site, 'tray_release/slipway_launcher'), {
      recursive: true,
    })
    const data = renderLauncherData(easyFacts(), {
      channel: 'wheel',
      app: 'app',
      static: 'static',
      vendor: [],
      state: '',
      config: ['{state}/tray.env'],
      secrets: '{state}',
    })
    writeFileSync(join(site, 'tray_release/launcher.json'), data)
    const script =
      'import os, sys\nimport tray_release\nfrom tray_release.slipway_launcher.main import main\n' +
      'sys.exit(main(os.path.join(list(tray_release.__path__)[0], "launcher.json")))\n'
    writeFileSync(join(place.root, 'venv/bin/tray'), script)
    const cwd = hostile(place)
    const program = [join(place.root, 'venv/bin/tray'), 'manage', 'shell']
    const result = await outcome(join(place.root, 'venv/bin/python'), program, { cwd, env })
    const echo = echoOf(result)
    expect(echo.path[0]).toBe(join(site, 'tray_release/app'))
    expect(echo.path).toContain(site)
    expect(echo.path).not.toContain(join(place.root, 'venv/bin'))
    expect(echo.cwd).toBe(cwd)
    const state = join(place.root, 'home/.local/share/tray')
    expect(echo.environment['APP_STATE_DIR']).toBe(state)
    expect(result.stderr).toContain(`tray: made ${state}/secret_key; keep it as long as the data\n`)
    expect(echo.environment['SECRET_KEY']).toMatch(/^[\w-]{64}$/)
  })
})
