import { describe, expect, it } from 'vitest'
import { makeRequirements } from '../../scripts/deps/made-requirements.ts'
import { pythonMarker } from '../../scripts/deps/poetry-project.ts'
import { scratch } from '../support/stage.ts'
import { plantTree } from '../support/trees.ts'

type Files = Readonly<Record<string, string>>
type Chosen = { readonly extras?: readonly string[]; readonly groups?: readonly string[] }

/** The requirement lines of one dependency file; nothing here asks uv. */
async function linesOf(path: string, files: Files, chosen: Chosen = {}): Promise<readonly string[]> {
  const facts = { requires: '>=3.11', extras: [], groups: [], ...chosen }
  const uv = (): Promise<string> => Promise.reject(new Error('uv was asked'))
  const from = { source: plantTree(files), folder: '/none', scratch: await scratch(), uv, facts, findLinks: [] }
  const python = { path: '/usr/bin/python3', minor: '3.11' }
  const made = await makeRequirements({ ...from, python }, [path])
  return (made[path] ?? '').trimEnd().split('\n')
}

const PROJECT = `
[project]
name = "My_App"
dependencies = ["django>=5", "celery[redis] ~= 5.5 ; python_version > '3.10'"]
[project.optional-dependencies]
Postgres = ["psycopg[binary]"]
cache = ["redis"]
all = ["my-app[postgres, cache]", "six"]
round = ["my-app[round]"]
[dependency-groups]
serve = ["gunicorn", { include-group = "base" }]
base = ["whitenoise"]
dev = ["pytest"]
`

describe('a pyproject.toml alone', () => {
  it('gives its dependencies, and those of the chosen extras and groups', async () => {
    const files = { 'app/pyproject.toml': PROJECT }
    const own = ['django>=5', "celery[redis] ~= 5.5 ; python_version > '3.10'"]
    expect(await linesOf('app/pyproject.toml', files)).toEqual(own)
    const chosen = { extras: ['all'], groups: ['serve'] }
    const more = ['psycopg[binary]', 'redis', 'six', 'gunicorn', 'whitenoise']
    expect(await linesOf('app/pyproject.toml', files, chosen)).toEqual([...own, ...more])
  })

  it.each<[string, Chosen, string, string]>([
    ['an extra it lacks', { extras: ['mysql'] }, '', 'pyproject.toml has no extra mysql'],
    ['a group it lacks', { groups: ['web'] }, '', 'pyproject.toml has no group web'],
    ['an extra that needs itself', { extras: ['round'] }, '', 'pyproject.toml has no extra round'],
    [
      'a source that only a lock can pin',
      {},
      '[tool.uv.sources]\nDjango = { git = "https://ada:pw@git.example/d" }\n',
      'pyproject.toml takes these from tool.uv.sources: django',
    ],
  ])('is refused with %s', async (_name, chosen, more, message) => {
    const files = { 'pyproject.toml': `${PROJECT}${more}` }
    await expect(linesOf('pyproject.toml', files, chosen)).rejects.toMatchObject({ code: 'CONFIG_INVALID', message })
  })

  it('is refused where another file holds its dependencies', async () => {
    const files = { 'pyproject.toml': '[project]\nname = "a"\ndynamic = ["dependencies"]\n' }
    await expect(linesOf('pyproject.toml', files)).rejects.toThrow('does not list its dependencies itself')
  })
})

const PYLOCK = `
lock-version = "1.0"
[[packages]]
name = "six"
version = "1.17.0"
marker = "sys_platform == 'linux'"
wheels = [{ url = "https://x.example/six.whl", hashes = { sha256 = "aa" } }]
sdist = { url = "https://x.example/six.tar.gz", hashes = { sha256 = "bb" } }
`

describe('a pylock.toml', () => {
  it('gives versions, markers and hashes', async () => {
    const line = "six==1.17.0 ; sys_platform == 'linux' --hash=sha256:aa --hash=sha256:bb"
    expect(await linesOf('pylock.web.toml', { 'pylock.web.toml': PYLOCK })).toEqual([line])
  })

  it.each([
    ['of a later version', PYLOCK.replace('"1.0"', '"2.0"'), 'pylock.toml cannot be used: it is of version 2.0'],
    [
      'with a repository',
      `${PYLOCK}[[packages]]\nname = "b"\nvcs = { type = "git", url = "https://ada:pw@git.example/b" }\n`,
      'pylock.toml takes these from no index:\n  b (a repository)',
    ],
    [
      'for some extras',
      PYLOCK.replace("sys_platform == 'linux'", "'x' in extras"),
      'pylock.toml cannot be used: six is for some extras or groups only',
    ],
    ['that is no TOML', 'x = [', 'pylock.toml cannot be read'],
  ])('%s is refused', async (_name, text, message) => {
    await expect(linesOf('pylock.toml', { 'pylock.toml': text })).rejects.toMatchObject({ message })
  })
})

const UV_LOCK = `
version = 1
[[package]]
name = "my-app"
source = { virtual = "." }
[package.metadata]
requires-dist = [{ name = "django", specifier = ">=5" }, { name = "celery", extras = ["redis"], specifier = "~=5.4" }]
`

describe('a uv.lock', () => {
  it('is refused where it was made for other dependencies, which uv itself would not say', async () => {
    await expect(linesOf('uv.lock', { 'uv.lock': UV_LOCK, 'pyproject.toml': PROJECT })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: "uv.lock is out of step with pyproject.toml: celery[redis] ~= 5.5 ; python_version > '3.10'",
      hint: 'Run `uv lock` and commit uv.lock.',
    })
  })
})

const poetryLock = (more = ''): string => `
[[package]]
name = "Django"
version = "4.2"
files = [{ file = "d.whl", hash = "sha256:aa" }]
${more}
[metadata]
lock-version = "2.0"
`

const POETRY =
  '[tool.poetry.dependencies]\npython = "^3.9"\ndjango = "^4"\nceleryx = { version = "1", optional = true }\n'

describe('a poetry.lock', () => {
  it.each<[string, string, Chosen, string, string]>([
    [
      'that lacks a dependency',
      poetryLock(),
      { extras: ['tasks'] },
      '[tool.poetry.extras]\ntasks = ["celeryx"]\n',
      'poetry.lock is out of step with pyproject.toml: celeryx',
    ],
    [
      'with a package from a repository',
      poetryLock('[package.source]\ntype = "git"\nurl = "https://ada:pw@git.example/d"\n'),
      {},
      '',
      'poetry.lock takes these from no index:\n  Django (git)',
    ],
    [
      'with several versions of a package and no word where each goes',
      poetryLock('[[package]]\nname = "django"\nversion = "5.0"\n'),
      {},
      '',
      'poetry.lock has several versions of Django and does not say where each goes',
    ],
    ['without a chosen group', poetryLock(), { groups: ['web'] }, '', 'pyproject.toml has no group web'],
  ])('%s is refused', async (_name, lock, chosen, more, message) => {
    const files = { 'poetry.lock': lock, 'pyproject.toml': `${POETRY}${more}` }
    await expect(linesOf('poetry.lock', files, chosen)).rejects.toMatchObject({ message })
  })

  it.each([
    ['^3.9', "python_version >= '3.9' and python_version < '4'"],
    ['~3.9', "python_version >= '3.9' and python_version < '3.10'"],
    ['>=3.8,<3.11', "python_version >= '3.8' and python_version < '3.11'"],
    ['3.9.*', "python_version == '3.9.*'"],
    ['~=3.9', "python_version ~= '3.9'"],
    ['<3.9 || >=3.11', "((python_version < '3.9') or (python_version >= '3.11'))"],
  ])('says of Python %s what PEP 508 says', (constraint, marker) => {
    expect(pythonMarker(constraint)).toBe(marker)
  })
})
