import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { assertCommandsBrought } from '../../scripts/deps/commands.ts'
import { allowWheels } from '../../scripts/deps/given-wheels.ts'
import { assertNativeAsDeclared } from '../../scripts/deps/native.ts'
import { readPackages } from '../../scripts/deps/packages.ts'
import { pruneVendor } from '../../scripts/deps/prune.ts'
import { requirementsOf } from '../../scripts/deps/requirements.ts'
import { resolve } from '../../scripts/deps/resolve.ts'
import { ReleaseError } from '../../scripts/lib/core/error.ts'
import { renderError } from '../../scripts/lib/io/main.ts'
import { npmRegistry, pythonIndex } from '../../scripts/lib/io/network.ts'
import { openIndexFile } from '../../scripts/lib/io/python-index.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { measureTree } from '../../scripts/lib/io/tree-files.ts'
import { sampleFacts } from '../support/facts.ts'
import { scratch, testStage } from '../support/stage.ts'
import { plantTree } from '../support/trees.ts'

const python = { path: '/usr/bin/python3', minor: '3.11' }
const target = { python: '3.13', arch: 'arm64' } as const
const none = { files: ['/r.txt'], constraints: [], findLinks: [], locked: true }

function plant(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { mode: path.endsWith('.py') ? 0o644 : 0o755 })
  }
}

describe('what uv is asked', () => {
  const asked = async (want: Parameters<typeof resolve>[3], requirements: Parameters<typeof resolve>[2]) => {
    let words: readonly string[] = []
    const uv = async (args: readonly string[]): Promise<string> => {
      words = args
      return ''
    }
    await resolve(uv, python, requirements, want, '/out')
    return words.join(' ')
  }

  it('names the target, never the machine, and takes wheels only', async () => {
    const words = await asked({ name: 'x', target, floor: 'manylinux_2_28' }, none)
    expect(words).toBe(
      'pip install --python /usr/bin/python3 --target /out --only-binary :all: --python-version 3.13 --python-platform aarch64-manylinux_2_28 --require-hashes --index-strategy unsafe-best-match --requirements /r.txt',
    )
  })

  it('is bound to the time of the commit where nothing is locked', async () => {
    const words = await asked(
      { name: 'builder', floor: 'manylinux_2_28' },
      {
        files: ['/r.txt'],
        constraints: ['/c.txt'],
        findLinks: ['/wheels'],
        locked: false,
        notAfter: '2026-04-26T18:25:30Z',
      },
    )
    expect(words).toBe(
      'pip install --python /usr/bin/python3 --target /out --only-binary :all: --find-links /wheels --exclude-newer 2026-04-26T18:25:30Z --requirements /r.txt --constraints /c.txt',
    )
  })
})

describe('what uv says', () => {
  // Texts of uv 0.13.8; a real program says them, so that the whole way of an error is tried.
  const saying = async (text: string): Promise<ReleaseError> => {
    const uv = (): Promise<string> => run(['python3', '-c', `import sys; sys.exit(${JSON.stringify(text)})`])
    const error = await resolve(uv, python, none, { name: 'x', target, floor: 'm' }, '/out').catch((caught) => caught)
    if (error instanceof ReleaseError) return error
    throw new Error('nothing was thrown')
  }

  const rows: readonly [said: string, code: string, message: string][] = [
    [
      "error: No solution found when resolving dependencies\n  cause: Because langdetect{sys_platform == 'darwin' or sys_platform == 'linux'}==1.0.9 has no usable wheels and you require langdetect{sys_platform == 'darwin' or sys_platform == 'linux'}==1.0.9, we can conclude that your requirements are unsatisfiable.",
      'DEPS_UNRESOLVED',
      'no wheel for Python 3.13 on arm64: langdetect==1.0.9',
    ],
    [
      'error: No solution found when resolving dependencies\n  cause: Because clevercsv==0.8.2 has no usable wheels and you require clevercsv==0.8.2, we can conclude that your requirements are unsatisfiable.',
      'DEPS_UNRESOLVED',
      'no wheel for Python 3.13 on arm64: clevercsv==0.8.2',
    ],
    [
      'error: No solution found when resolving dependencies\n  cause: Because nosuchpkg was not found in the package registry and you require nosuchpkg==1.0, we can conclude that your requirements are unsatisfiable.',
      'NOT_IN_REGISTRY',
      'the Python index lacks nosuchpkg (asked for Python 3.13 on arm64)',
    ],
    [
      'error: No solution found when resolving dependencies\n  cause: Because there is no version of django==99.0 and you require django==99.0, we can conclude that your requirements are unsatisfiable.',
      'NOT_IN_REGISTRY',
      'the Python index lacks django==99.0 (asked for Python 3.13 on arm64)',
    ],
    [
      'error: No solution found when resolving dependencies\n  cause: Because nosuchpkg was not found in the package registry and you require nosuchpkg==1.0, we can conclude that your requirements are unsatisfiable.\n\n  hint: An index URL (http://127.0.0.1/simple) could not be queried due to a lack of valid authentication credentials (401 Unauthorized)',
      'NETWORK_FAILED',
      'the Python index does not accept the login, or wants one (for Python 3.13 on arm64)',
    ],
    [
      'error: Request failed after 3 retries\n  cause: dns error',
      'NETWORK_FAILED',
      'the Python index did not answer while resolving for Python 3.13 on arm64',
    ],
    ['error: something new', 'DEPS_UNRESOLVED', 'dependencies for Python 3.13 on arm64 cannot be resolved'],
  ]
  for (const [said, code, message] of rows) {
    it(`becomes ${code}: ${message}`, async () => {
      expect(await saying(said)).toMatchObject({ code, message })
    })
  }

  it('never shows the password of an index', async () => {
    const error = await saying('error: Failed to fetch https://ada:hunter2@index.example/simple/x/')
    const shown = renderError(error)
    expect(shown).toContain('https://***@index.example/simple/x/')
    expect(shown).not.toContain('hunter2')
  })
})

describe('requirements', () => {
  const stageWith = async (
    text: string,
    commit = sampleFacts().commit,
    more: Readonly<Record<string, string>> = {},
  ) => {
    const { stage } = await testStage({ commit })
    const source = plantTree({ 'requirements.txt': text, ...more })
    return requirementsOf(stage, source, {}, join(stage.out, 'tmp'))
  }

  it('with hashes are locked and need no notice', async () => {
    expect(await stageWith('a==1 --hash=sha256:00\n')).toMatchObject({ locked: true })
  })

  it('without hashes are taken as of the commit, with a notice', async () => {
    const requirements = await stageWith('a==1\n')
    expect(requirements).toMatchObject({ locked: false, notAfter: '2023-11-14T22:13:20Z' })
    expect(requirements.notice).toContain('not locked with hashes (requirements.txt:1 a)')
  })

  it('are locked only when every one has a hash, also of included files; constraints and options need none', async () => {
    const files = { 'more.txt': 'b==1\n', 'bounds.txt': 'c==1\n' }
    const hashed = 'a==1 \\\n  --hash=sha256:00\n'
    expect(await stageWith(`${hashed}-c bounds.txt\n--pre\n`, undefined, files)).toMatchObject({ locked: true })
    const mixed = await stageWith(`${hashed}d @ https://ada:pw@x.example/d.whl\n-r more.txt\n`, undefined, files)
    expect(mixed).toMatchObject({ locked: false })
    expect(mixed.notice).toContain('(requirements.txt:3 d and 1 more)')
    expect(await stageWith('-e .\n')).toMatchObject({ locked: false })
  })

  it('without hashes and commit are taken as of today, with another notice', async () => {
    const requirements = await stageWith('a==1\n', '')
    expect(requirements.notAfter).toBeUndefined()
    expect(requirements.notice).toContain('another day gives other bytes')
  })
})

describe('wheels that the configuration gives', () => {
  const native = { name: 'a-b', version: '2.1', sha256: 'ee' }

  it('are allowed beside the hashes of the index, before the first of them', () => {
    const lock = [
      'A.b[x]==2.1 ; python_version >= "3.11" \\',
      '    --hash=sha256:00 \\',
      '    --hash=sha256:11',
      '    # via c',
      'c==2.1 --hash=sha256:22',
      'a-b-c==2.1 --hash=sha256:33',
      '',
    ].join('\n')
    const other = { ...native, sha256: 'ff' }
    const newer = { ...native, version: '2.1.1', sha256: 'dd' }
    expect(allowWheels(lock, [native, other, newer])).toBe(
      lock.replace('--hash=sha256:00', '--hash=sha256:ee --hash=sha256:ff --hash=sha256:00'),
    )
  })

  it('leave locked requirements locked, so that every other package keeps its hash', async () => {
    const path = 'wheels/0/a_b-2.1-1-cp311-cp311-linux_x86_64.whl'
    const inputs = { schema: 1, files: [{ path, mode: 0o644, size: 1, sha256: 'ee' }] } as const
    const deps = { wheels: ['wheels/0'], floor: 'manylinux_2_28' }
    const { stage } = await testStage({ deps }, { inputs })
    mkdirSync(join(stage.out, 'inputs/wheels/0'), { recursive: true })
    const source = plantTree({ 'requirements.txt': 'a-b==2.1 --hash=sha256:00\n' })
    const { files, findLinks, locked } = await requirementsOf(stage, source, {}, join(stage.out, 'tmp'))
    expect({ findLinks, locked }).toEqual({ findLinks: [join(stage.out, 'inputs/wheels/0')], locked: true })
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['a-b==2.1 --hash=sha256:ee --hash=sha256:00\n'])
  })
})

describe('an unpacked tree', () => {
  it('tells names, versions and native code from dist-info', async () => {
    const folder = await scratch()
    plant(folder, {
      'Zope.Interface-1.0.dist-info/METADATA':
        'Metadata-Version: 2.1\nName: Zope.Interface\nVersion: 1.0\n\nName: no\n',
      'Zope.Interface-1.0.dist-info/WHEEL': 'Tag: cp311-cp311-manylinux_2_17_x86_64\nTag: cp311-cp311-linux_x86_64\n',
      'abc-2.dist-info/METADATA': 'Name: abc\r\nVersion: 2\r\n\r\ntext',
      'abc-2.dist-info/WHEEL': 'Wheel-Version: 1.0\nTag: py2-none-any\nTag: py3-none-any\n',
      'abc-2.dist-info/entry_points.txt':
        '[gui_scripts]\nno = a:b\n[console_scripts]\n# no = a:b\nabc=abc:main\nabc-2 = abc:two [x]\n\n[abc.plugins]\nno = a:b\n',
    })
    expect(await readPackages(folder)).toEqual([
      { name: 'abc', version: '2', native: false, commands: ['abc', 'abc-2'] },
      { name: 'zope-interface', version: '1.0', native: true, commands: [] },
    ])
  })

  it('loses what installing left besides, and bits that mean nothing', async () => {
    const folder = await scratch()
    plant(folder, {
      '.lock': '',
      'bin/tool': '#!/build/python\n',
      'include/pkg.h': '',
      'pkg/__init__.py': '',
      'pkg/types.pyi': '',
      'pkg/__pycache__/x.pyc': '',
      'pkg/lib.cpython-311-x86_64-linux-gnu.so': '\x7fELF',
      'pkg/data.txt': 'text',
      'pkg/helper': '#!/bin/sh\n',
      'pkg.libs/libx-1.so.5.2': '\x7fELF',
      'man/__init__.py': 'a package called man\n',
      'pkg-1.dist-info/METADATA': '',
      'pkg-1.dist-info/RECORD': '',
      'pkg-1.dist-info/INSTALLER': '',
      'pkg-1.dist-info/direct_url.json': '',
      'pkg-1.dist-info/licenses/LICENSE': '',
    })
    await pruneVendor(folder)
    const { files } = await measureTree(folder)
    const shape = files.map((entry) => `${entry.path} ${'mode' in entry && entry.mode.toString(8)}`)
    expect(shape).toEqual([
      'man/__init__.py 644',
      'pkg-1.dist-info/METADATA 644',
      'pkg-1.dist-info/licenses/LICENSE 644',
      'pkg.libs/libx-1.so.5.2 644',
      'pkg/__init__.py 644',
      'pkg/data.txt 644',
      'pkg/helper 755',
      'pkg/lib.cpython-311-x86_64-linux-gnu.so 644',
    ])
    expect(statSync(folder).isDirectory()).toBe(true)
  })

  it('must carry native code exactly where the configuration says so', () => {
    const trees = (native: boolean) => ({
      'py3.11-amd64': { files: [], packages: [{ name: 'psycopg-binary', version: '1', native, commands: [] }] },
      builder: { files: [], packages: [{ name: 'other', version: '1', native: true, commands: [] }] },
    })
    assertNativeAsDeclared(true, trees(true))
    assertNativeAsDeclared(false, trees(false))
    expect(() => assertNativeAsDeclared(false, trees(true))).toThrow(
      'python.native is false, but these dependencies carry native code: psycopg-binary',
    )
    expect(() => assertNativeAsDeclared(true, trees(false))).toThrow(
      'python.native is true, but no dependency carries native code',
    )
  })

  it('must bring the programs of the configuration, but for those that it cannot bring', () => {
    const trees = (...commands: string[]) => ({
      'py3.11-amd64': { files: [], packages: [{ name: 'some', version: '1', native: false, commands }] },
    })
    const { runtime, python, deps } = sampleFacts()
    const [web] = runtime.services
    if (web === undefined) throw new Error('the sample has no service')
    const services = [web, { name: 'beat', command: ['/usr/bin/env', 'x'] }, { name: 'mail', command: ['-m', 'x'] }]
    const facts = sampleFacts({ runtime: { ...runtime, services, commands: { prune: ['celery', 'purge'] } } })
    assertCommandsBrought(facts, trees('gunicorn', 'celery'))
    expect(() => assertCommandsBrought(facts, trees('other'))).toThrow(
      'runtime.services web: no dependency brings the command gunicorn\nruntime.commands.prune: no dependency brings the command celery',
    )
    assertCommandsBrought({ ...facts, python: { ...python, backend: 'own' } }, trees())
    assertCommandsBrought({ ...facts, deps: { ...deps, system: { gunicorn: 'gunicorn' } } }, trees())
  })
})

describe('the configured registries', () => {
  const before = { ...process.env }
  afterEach(() => {
    process.env = { ...before }
  })

  it('keep credentials in a header, not in the address', async () => {
    process.env['UV_DEFAULT_INDEX'] = 'https://ada:p%40ss@index.example/simple/'
    process.env['npm_config_registry'] = 'https://ada:p%40ss@npm.example/'
    const authorization = `Basic ${Buffer.from('ada:p@ss').toString('base64')}`
    expect(pythonIndex()).toMatchObject({ url: 'https://index.example/simple', headers: { authorization } })
    expect(await npmRegistry()).toMatchObject({ url: 'https://npm.example', headers: { authorization } })
  })

  for (const [kind, page] of [
    ['JSON', JSON.stringify({ files: [{ filename: 'uv-1.whl', url: '../../files/uv-1.whl' }] })],
    ['HTML', '<html><a href="../../files/uv-1.whl#sha256=00" data-requires-python="&gt;=3">uv-1.whl</a></html>'],
  ] as const) {
    it(`give a file by its name from a page of ${kind}, and say when they lack it`, async () => {
      const seen: string[] = []
      const server = createServer((request, response) => {
        seen.push(`${request.url} ${request.headers.authorization}`)
        response.end(request.url === '/simple/uv/' ? page : 'the wheel')
      }).listen(0, '127.0.0.1')
      onTestFinished(() => void server.close())
      await new Promise((done) => server.once('listening', done))
      const { port } = server.address() as AddressInfo
      process.env['UV_DEFAULT_INDEX'] = `http://ada:pw@127.0.0.1:${port}/simple`
      let text = ''
      for await (const chunk of await openIndexFile('uv', 'uv-1.whl')) text += Buffer.from(chunk).toString()
      expect(text).toBe('the wheel')
      const login = `Basic ${Buffer.from('ada:pw').toString('base64')}`
      expect(seen).toEqual([`/simple/uv/ ${login}`, `/files/uv-1.whl ${login}`])
      await expect(openIndexFile('uv', 'uv-2.whl')).rejects.toMatchObject({ code: 'NOT_IN_REGISTRY' })
    })
  }
})
