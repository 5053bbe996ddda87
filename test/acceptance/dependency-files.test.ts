import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { makeDeps } from '../../scripts/deps/deps.ts'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { fileEntry } from '../../scripts/lib/archive/entry.ts'
import { wheelZip } from '../../scripts/lib/archive/zip.ts'
import type { PythonFacts, Target } from '../../scripts/lib/core/facts.ts'
import type { DepsListing } from '../../scripts/lib/core/stages.ts'
import { UV_VERSION } from '../../scripts/lib/core/tool-versions.ts'
import { renderError } from '../../scripts/lib/io/main.ts'
import { cacheFolder, type Stage } from '../../scripts/lib/io/stage.ts'
import { saveTree } from '../../scripts/lib/io/tree-files.ts'
import { sampleFacts } from '../support/facts.ts'
import { testStage } from '../support/stage.ts'
import { fullRun } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'

type Files = Readonly<Record<string, string>>

/** The dependencies of a project for Python 3.13 on an ARM machine, whatever machine and Python this is. */
async function resolved(
  files: Files,
  python: Partial<PythonFacts>,
  targets: readonly Target[] = [{ python: '3.13', arch: 'arm64' }],
): Promise<DepsListing> {
  const { runtime } = sampleFacts()
  const { collect: _, ...facts } = sampleFacts().python
  const { stage, notices } = await testStage(
    {
      runtime: { ...runtime, services: [] }, // whose programs no project here brings
      python: { ...facts, native: false, ...python },
      tools: { node: {}, managers: {}, uv: UV_VERSION },
    },
    { targets },
  )
  await saveTree(stage.out, 'source', plantTree(files))
  const whole: Stage = { ...stage, cache: cacheFolder() }
  await makeDeps(whole)
  const listing: DepsListing = JSON.parse(readFileSync(join(stage.out, 'deps.json'), 'utf8'))
  expect(notices).toHaveLength(listing.locked ? 0 : 1)
  return listing
}

const names = (listing: DepsListing): readonly string[] =>
  (listing.trees['py3.13-arm64']?.packages ?? []).map(({ name, version }) => `${name} ${version}`)

// Files of the Python index: name, version, sha256 of the wheel.
const SIX = '4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274'
const IDNA = '946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3'
const TOML = '806143ae5bfb6a3c6e736a764057db0e6a0e05e338b5630894a5f779cabb4f9b'

const PROJECT = `
[project]
name = "tray"
version = "1"
requires-python = ">=3.14"
dependencies = ["six", "toml ; platform_machine == 'x86_64'"]
[project.optional-dependencies]
names = ["idna ; platform_machine == 'aarch64' and python_version == '3.13'"]
`

const uvPackage = (name: string, version: string, sha256: string, file: string): string => `
[[package]]
name = "${name}"
version = "${version}"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://files.pythonhosted.org/packages/${file}", hash = "sha256:${sha256}" }]
`

const UV_LOCK = `version = 1
revision = 3
requires-python = ">=3.13"
${uvPackage('idna', '3.10', IDNA, 'idna-3.10-py3-none-any.whl')}
${uvPackage('six', '1.17.0', SIX, 'six-1.17.0-py2.py3-none-any.whl')}
${uvPackage('toml', '0.10.2', TOML, 'toml-0.10.2-py2.py3-none-any.whl')}
[[package]]
name = "tray"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "six" }, { name = "toml", marker = "platform_machine == 'x86_64'" }]

[package.optional-dependencies]
names = [{ name = "idna", marker = "python_full_version == '3.13.*' and platform_machine == 'aarch64'" }]

[package.metadata]
requires-dist = [
    { name = "idna", marker = "platform_machine == 'aarch64' and python_version == '3.13' and extra == 'names'" },
    { name = "six" },
    { name = "toml", marker = "platform_machine == 'x86_64'" },
]
provides-extras = ["names"]
`

const POETRY_LOCK = [
  ['idna', '3.10', IDNA],
  ['six', '1.17.0', SIX],
  ['toml', '0.10.2', TOML],
]
  .map(
    ([name, version, hash]) =>
      `[[package]]\nname = "${name}"\nversion = "${version}"\nfiles = [{ hash = "sha256:${hash}" }]\n`,
  )
  .join('\n')

describe('the dependencies of a project', () => {
  it.each<[string, Files]>([
    ['uv.lock', { 'pyproject.toml': PROJECT.replace('3.14', '3.13'), 'uv.lock': UV_LOCK }],
    ['poetry.lock', { 'pyproject.toml': PROJECT, 'poetry.lock': POETRY_LOCK }],
    ['pyproject.toml', { 'pyproject.toml': PROJECT }],
  ])('are those of its %s for the target, with the chosen extras', async (path, files) => {
    const listing = await resolved(files, { requirements: [path], extras: ['names'] })
    const locked = path !== 'pyproject.toml'
    expect(listing.locked).toBe(locked)
    expect(names(listing).map((name) => (locked ? name : name.replace(/ .*/, '')))).toEqual(
      locked ? ['idna 3.10', 'six 1.17.0'] : ['idna', 'six'],
    )
    if (locked) expect(listing.made[path]).toMatch(/^toml==0\.10\.2 ; platform_machine == 'x86_64' --hash=sha256:/m)
  })

  it.runIf(fullRun)('have native wheels for every Python from 3.10 on, on both machines', async () => {
    const minors = ['3.10', '3.11', '3.12', '3.13', '3.14']
    const targets = minors.flatMap((minor) => [
      { python: minor, arch: 'amd64' as const },
      { python: minor, arch: 'arm64' as const },
    ])
    const pinned = readFileSync(join(import.meta.dirname, '../../scripts/lib/io/back-ends.txt'), 'utf8')
    const [lock = ''] = /^markupsafe==(?:.*\\\n)+.*\n/m.exec(pinned) ?? []
    const files = { 'requirements.txt': lock }
    const { trees } = await resolved(files, { requirements: ['requirements.txt'], native: true }, targets)
    const machines = { amd64: 'x86_64', arm64: 'aarch64' }
    for (const { python, arch } of targets) {
      const library = `markupsafe/_speedups.cpython-${python.replace('.', '')}-${machines[arch]}-linux-gnu.so`
      expect(trees[`py${python}-${arch}`]?.files.map(({ path }) => path)).toContain(library)
    }
    expect(Object.keys(trees)).toHaveLength(10)
  })

  it('never are other bytes than the lock has', async () => {
    const lock = UV_LOCK.replace(SIX, '0'.repeat(64))
    const files = { 'pyproject.toml': PROJECT, 'uv.lock': lock }
    await expect(resolved(files, { requirements: ['uv.lock'] })).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
  })
})

const INFO = 'private_tray-1.dist-info'
const LOGIN = 'ada:hunter2'

/** An index with one package behind a login; gives its address without the login, and the hash of the wheel. */
async function privateIndex(): Promise<{ readonly host: string; readonly sha256: string }> {
  const members = [
    fileEntry('private_tray.py', ''),
    fileEntry(`${INFO}/METADATA`, 'Metadata-Version: 2.1\nName: private-tray\nVersion: 1\n'),
    fileEntry(`${INFO}/WHEEL`, 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
    fileEntry(`${INFO}/RECORD`, `private_tray.py,,\n${INFO}/METADATA,,\n${INFO}/WHEEL,,\n${INFO}/RECORD,,\n`),
  ]
  const wheel = await gather(wheelZip(members, 1_700_000_000))
  const server = createServer((request, response) => {
    const page = request.url?.startsWith('/simple/private-tray') === true
    const allowed = request.headers.authorization === `Basic ${Buffer.from(LOGIN).toString('base64')}`
    if (!allowed) response.writeHead(401, { 'www-authenticate': 'Basic' }).end()
    else if (request.url?.endsWith('.whl') === true) response.end(wheel)
    else response.writeHead(page ? 200 : 404, { 'content-type': 'text/html' }).end(LINK)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  return { host: `127.0.0.1:${port}`, sha256: createHash('sha256').update(wheel).digest('hex') }
}

const LINK = '<a href="/files/private_tray-1-py3-none-any.whl">private_tray-1-py3-none-any.whl</a>'

describe('another index behind a login', () => {
  const before = { ...process.env }
  afterEach(() => {
    process.env = { ...before }
  })

  it.each<[string, (host: string) => Record<string, string>]>([
    ["pip's variable", (host) => ({ PIP_EXTRA_INDEX_URL: `http://${LOGIN}@${host}/simple` })],
    [
      "uv's variables",
      (host) => ({
        UV_INDEX: `trays=http://${host}/simple`,
        UV_INDEX_TRAYS_USERNAME: 'ada',
        UV_INDEX_TRAYS_PASSWORD: 'hunter2',
      }),
    ],
  ])('is asked where %s name it', async (_name, environment) => {
    const { host, sha256 } = await privateIndex()
    Object.assign(process.env, environment(host))
    const files = { 'requirements.txt': `private-tray==1 --hash=sha256:${sha256}\n` }
    expect(names(await resolved(files, { requirements: ['requirements.txt'] }))).toEqual(['private-tray 1'])
  })

  it('never shows a wrong login', async () => {
    const { host, sha256 } = await privateIndex()
    process.env['UV_EXTRA_INDEX_URL'] = `http://ada:hunter3@${host}/simple`
    const files = { 'requirements.txt': `private-tray==1 --hash=sha256:${sha256}\n` }
    const error = await resolved(files, { requirements: ['requirements.txt'] }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'NOT_IN_REGISTRY', hint: expect.stringContaining('logins of private indexes') })
    expect(renderError(error)).not.toContain('hunter3')
  })
})
