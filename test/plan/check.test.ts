import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formats } from '../../scripts/formats.ts'
import { renderCheck } from '../../scripts/lib/core/config/load.ts'
import { checkProject } from '../../scripts/plan/check.ts'
import { makePlan } from '../../scripts/plan/make-plan.ts'
import { FORMATS, VALID } from '../config/valid.ts'
import { itWith } from '../support/tool.ts'
import { git, projectIn, shelfRepository, temporaryFolder, write } from './repository.ts'

const SETTINGS = `import os
from decouple import config as decouple_config
from os import environ

def listed(name, default=""):
    return os.environ.get(name, default).split(",")

KEY = os.environ["SECRET_KEY"]
HOST = os.getenv("DB_HOST", "localhost")
PORT = environ.get("DB_PORT")
HOSTS = listed("ALLOWED_HOSTS")
MODE = decouple_config("MODE", default="x")
DEBUG = env.bool("DEBUG")
TRACE = "TRACE" in os.environ
os.environ["WRITTEN"] = "1"
os.environ.get(KEY)
print("NOT_A_VARIABLE")
STATIC_ROOT = os.environ.get("APP_STATIC_DIR")
`

// What a request brings is no variable of the process.
const WSGI = `import os
def application(environ, start_response):
    prefix = os.environ.get("PREFIX")
    return environ["PATH_INFO"], environ.get("HTTP_HOST"), prefix
`

const OVERLAY = 'import os\nos.getenv("SECRET_KEY")\nos.getenv("APP_STATIC_DIR")\n'

describe('slipway check', () => {
  it('finds nothing wrong with a right configuration, also in a dirty folder', async () => {
    const folder = shelfRepository()
    write(folder, { 'new.txt': 'new' })
    const { errors } = await checkProject(projectIn(folder), FORMATS)
    expect(errors).toEqual([])
  })

  it('finds nothing wrong between two releases where only tags say the version', async () => {
    const config = VALID.replace(/ {2}files:\n( {4}- .*\n)+/, "  tag: 'release-{version}'\n")
    const { errors } = await checkProject(projectIn(shelfRepository({ 'slipway.yaml': config })), FORMATS)
    expect(errors).toEqual([])
  })

  it('tells findings of the file, of rooms, and versions that do not agree', async () => {
    const folder = shelfRepository({ 'shelf/__init__.py': '__version__ = "9"\n' })
    const { errors } = await checkProject(projectIn(folder), FORMATS)
    expect(errors.map(({ at, message }) => [at.line, message.split('\n')[0]])).toEqual([
      [8, 'the tree says 1.2.0, but not every file agrees'],
    ])
    write(folder, {
      'slipway.yaml': VALID.replace('["3.11"]', '["2.7"]'),
      'shelf/__init__.py': '__version__ = "1.2.0"\n',
    })
    const second = await checkProject(projectIn(folder), FORMATS)
    expect(second.errors).toMatchObject([{ at: { line: 33, column: 13 }, message: 'shelf cannot run on 2.7' }])
  })

  it('tells files and folders that the tree does not have, where they are named', async () => {
    const wrong = VALID.replace(
      '  collect:',
      '  requirements: [requirements.txt]\n  translations: [shelf, locale]\n  collect:',
    )
    const folder = shelfRepository({ 'slipway.yaml': wrong.replace('dir: web', 'dir: webb') })
    const { errors } = await checkProject(projectIn(folder), FORMATS)
    expect(errors.map(({ at, message }) => [at.line, at.column, message])).toEqual([
      [13, 5, 'webb is not in the tree'],
      [19, 18, 'requirements.txt is not in the tree'],
      [20, 25, 'locale is not in the tree'],
    ])
    await expect(makePlan(projectIn(folder), FORMATS)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('tells that no licence text is there, and that no lock pins a front end, before anything is built', async () => {
    const config = VALID.replace('  license: MIT', '  license: MIT\n  license-files: [COPYING, LICENSE]')
    const folder = shelfRepository({ 'slipway.yaml': config })
    git(folder, 'rm', '--quiet', 'web/package-lock.json')
    const told = async (): Promise<unknown> =>
      (await checkProject(projectIn(folder), FORMATS)).errors.map(({ path, message }) => [path.join('.'), message])
    const licence = 'no file of the project matches COPYING, and every package carries the licence text'
    expect(await told()).toEqual([['app.license-files.0', licence]])
    write(folder, { COPYING: 'MIT License\n' })
    expect(await told()).toEqual([['frontends.0', 'web has no package-lock.json']])
    await expect(makePlan(projectIn(folder, { allowDirty: true }), FORMATS)).rejects.toThrow('web has no package-lock')
    write(folder, { 'slipway.yaml': config.replace('  - dir: web', '  - dir: web\n    install: [install]') })
    expect(await told()).toEqual([])
  })

  it('tells globs of files to install that match none, and a script that they leave out, committed or not', async () => {
    const config = VALID.replace('include: [manage.py, shelf/**]', 'include: [shelf/**, books/**, .settings/*]')
    const folder = shelfRepository({ 'slipway.yaml': config, '.settings/default': '' })
    const told = [
      ['python.include.1', 'no file of the project matches books/**'],
      ['python.collect.command.0', 'manage.py is not among the files that are installed'],
    ]
    for (const file of ['slipway.yaml', 'new.txt']) {
      write(folder, { [file]: config })
      const { errors } = await checkProject(projectIn(folder), FORMATS)
      expect(errors.map(({ path, message }) => [path.join('.'), message])).toEqual(expect.arrayContaining(told))
      expect(errors.map(({ path }) => path.join('.'))).not.toContain('python.include.2')
    }
  })

  it('tells scripts of commands that neither the tree nor the overlay has', async () => {
    const commands = [
      '  migrate: [manag.py, migrate]',
      '  check: [laid.py]',
      '  commands: { tidy: ["{app}/tools/tidy.py"], mail: [tools/mail.py] }',
      '  database: {',
    ]
    const config = VALID.replace('  database: {', commands.join('\n'))
      .replace('  include: [manage.py, shelf/**]', '  include: [src/**]\n  root: src\n  overlay: over')
      .replace('root: static', 'root: src/static')
    const folder = shelfRepository({
      'slipway.yaml': config,
      'over/laid.py': '',
      'src/manage.py': '',
      'src/tools/mail.py': '',
    })
    const { errors } = await checkProject(projectIn(folder), FORMATS)
    expect(errors.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['runtime.migrate.0', 'src/manag.py is not in the tree'],
      ['runtime.commands.tidy.0', 'src/tools/tidy.py is not in the tree'],
    ])
  })

  it('tells that an image is planned and its base is not locked', async () => {
    const folder = shelfRepository({ 'slipway.yaml': `${VALID}docker: {}\n` })
    const about = async (): Promise<readonly string[]> =>
      (await checkProject(projectIn(folder), formats)).errors.flatMap(({ path, message }) =>
        path[0] === 'docker' ? [message] : [],
      )
    expect(await about()).toEqual([expect.stringContaining('there is no slipway.lock')])
    write(folder, { 'slipway.lock': '{}\n' })
    expect(await about()).toEqual([])
  })

  itWith(['python3'], 'tells that nothing takes the static root from the launcher, until something does', async () => {
    const folder = shelfRepository()
    const about = async (): Promise<readonly string[]> =>
      (await checkProject(projectIn(folder), FORMATS)).notices.flatMap(({ path, message }) =>
        path[0] === 'python' ? [message] : [],
      )
    expect(await about()).toEqual([expect.stringContaining('reads APP_STATIC_DIR')])
    write(folder, { 'shelf/static_root.py': "import os\nROOT = os.environ.get('APP_STATIC_DIR')\n" })
    expect(await about()).toEqual([])
  })

  it('says so when nothing is wrong, and how many things are', () => {
    expect(renderCheck([], [])).toBe('nothing is wrong')
    const at = { file: 'slipway.yaml', line: 2, column: 3 }
    expect(
      renderCheck([{ at, path: ['app'], message: 'is missing', hint: 'Add it.' }], [{ at, path: [], message: 'look' }]),
    ).toBe(
      [
        'one thing is wrong in slipway.yaml',
        '  slipway.yaml:2:3 app: is missing',
        '    Add it.',
        'worth a look:',
        '  slipway.yaml:2:3 look',
      ].join('\n'),
    )
  })

  itWith(['python3'], 'compares the table of variables with what the installed code reads', async () => {
    const folder = shelfRepository({
      'shelf/settings.py': SETTINGS,
      'shelf/broken.py': 'def (:\n',
      'shelf/wsgi.py': WSGI,
      'tests/test_shelf.py': 'import os\nos.environ["ONLY_IN_TESTS"]\n',
    })
    const { notices } = await checkProject(projectIn(folder), FORMATS)
    expect(notices.map(({ message }) => message)).toEqual(
      [
        ['ALLOWED_HOSTS', 11],
        ['DB_PORT', 10],
        ['DEBUG', 13],
        ['MODE', 12],
        ['TRACE', 14],
        ['PREFIX', 3, 'wsgi'],
      ].map(
        ([name, line, file = 'settings']) =>
          `the code reads ${name} (shelf/${file}.py:${line}), the table does not name it`,
      ),
    )
  })

  itWith(['python3'], 'tells rows of the table that no code reads, and reads the overlay too', async () => {
    const config = VALID.replace('  collect:', '  overlay: local\n  collect:')
    const folder = shelfRepository({ 'slipway.yaml': config, 'local/own.py': OVERLAY })
    const { notices } = await checkProject(projectIn(folder), FORMATS)
    expect(notices).toMatchObject([
      { at: { line: 32, column: 9 }, message: 'no code that Slipway can see reads DB_HOST' },
    ])
  })

  it('works on a folder that is no checkout', async () => {
    const folder = temporaryFolder()
    write(folder, {
      'slipway.yaml': VALID,
      LICENSE: 'MIT License\n',
      'manage.py': '',
      'shelf/urls.py': '',
      'web/package.json': '{}',
      'pyproject.toml': '[project]\nversion = "1.2.0"\n',
    })
    const { errors } = await checkProject(projectIn(folder, { config: join(folder, 'slipway.yaml') }), FORMATS)
    expect(errors[0]?.message).toContain('shelf/__init__.py is not in the tree')
  })
})
