import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ReleaseError } from '../scripts/lib/core/error.ts'
import { UV_VERSION } from '../scripts/lib/core/tool-versions.ts'
import { writeJson } from '../scripts/lib/io/files.ts'
import { renderError } from '../scripts/lib/io/main.ts'
import { CommandOutput, run } from '../scripts/lib/io/run.ts'
import { measureTree, openTree, saveTree } from '../scripts/lib/io/tree-files.ts'
import { assertLockPinned } from '../scripts/static/lock-scan.ts'
import { finishedDist, noise } from './support/finished-dist.ts'
import { ociArchive } from './support/oci-image.ts'
import { openBench } from './support/publishing.ts'
import { slipway } from './support/release.ts'
import { commitAll } from './support/sample.ts'
import { writeSmallApp } from './support/small-app.ts'
import { scratch, testStage } from './support/stage.ts'
import { plantTree } from './support/trees.ts'

// Each a part of what must never be shown; none of them stands anywhere else.
const MARKS = ['Kestrel', 'trel', 'Merganser', 'Ptarmigan', 'Wheatear', 'Dotterel', 'Nuthatch']
const LOGIN = 'KestrelUser:KestrelPass'

/** A server that refuses everything and says in its answer what it was told, as careless proxies do. */
const server = createServer((request, response) => {
  const told = `${request.headers.authorization ?? ''} ${request.url ?? ''}`
  request.resume()
  request.on('end', () => {
    response.writeHead(401, { 'content-type': 'application/json', 'www-authenticate': `Basic realm="${told}"` })
    response.end(JSON.stringify({ message: told, errors: [{ code: told, message: told }] }))
  })
})
let host = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

function marked(): Record<string, string> {
  return {
    GITHUB_TOKEN: 'ghp_Merganser',
    GITHUB_REPOSITORY: 'demo/demo',
    GITHUB_API_URL: `http://${host}`,
    SLIPWAY_SECOND_MS: '1',
    UV_DEFAULT_INDEX: `http://${LOGIN}@${host}/simple`,
    PIP_INDEX_URL: `http://${LOGIN}@${host}/simple`,
    npm_config_registry: `http://${LOGIN}@${host}/npm`,
    SECRET_KEY: 'Ptarmigan',
    TWINE_PASSWORD: 'pypi-Dotterel',
    UV_PUBLISH_TOKEN: 'pypi-Dotterel',
    NODE_AUTH_TOKEN: 'npm_Nuthatch',
    DATABASE_URL: 'postgres://shelf:Wheatear@localhost/shelf',
    GITHUB_ACTIONS: 'true',
  }
}

/** Every form in which a mark may travel. */
function shownMarks(text: string): readonly string[] {
  const logins = [LOGIN, 'KestrelUser', 'KestrelPass'].map((login) =>
    Buffer.from(login).toString('base64').slice(0, 12),
  )
  return [...MARKS, ...logins].filter((mark) => text.includes(mark))
}

/** All bytes that a run left in a folder. */
async function bytesBelow(folder: string): Promise<string> {
  const { files } = await measureTree(folder)
  const tree = openTree(folder, { schema: 1, files })
  const texts = files.flatMap((entry) => ('size' in entry ? [tree.read(entry)] : []))
  return (await Promise.all(texts)).map((bytes) => Buffer.from(bytes).toString('latin1')).join('\n')
}

/** A dist/ up to its source, with a dependency that no index has and a front end. */
async function plannedDist(): Promise<string> {
  const target = { python: '3.13', arch: 'amd64' } as const
  const { stage } = await testStage(
    { tools: { uv: UV_VERSION, node: { frontend: '22.23.3' }, managers: { frontend: 'npm@10.9.9' } } },
    { targets: [target] },
  )
  const [frontend] = stage.plan.facts.frontends
  const requirements = stage.plan.facts.python.requirements.map((path) => [path, 'no-such-bird==1.0\n'])
  const project = plantTree({
    ...Object.fromEntries(requirements),
    [`${frontend?.dir}/package.json`]: '{ "scripts": { "build": "true" } }',
    [`${frontend?.dir}/package-lock.json`]: '{ "lockfileVersion": 3, "packages": {} }',
  })
  await writeJson(join(stage.out, 'plan.json'), stage.plan)
  await saveTree(stage.out, 'source', project)
  return stage.out
}

describe('no secret of the environment', { timeout: 60_000 }, () => {
  it.each([
    ['deps', [], 'NETWORK_FAILED'],
    ['deps', ['fresh'], 'NETWORK_FAILED'],
    ['static', ['fresh'], 'NETWORK_FAILED'],
    ['app', [], 'CONFIG_INVALID'],
  ])('is shown or kept where %s fails %j', async (verb, wishes, code) => {
    const out = await plannedDist()
    const cache: Record<string, string> = wishes.includes('fresh') ? { SLIPWAY_CACHE: join(out, 'cache') } : {}
    const { exitCode, stdout, stderr } = await slipway([verb, '--out', out], { env: { ...marked(), ...cache } })
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(code) })
    expect(shownMarks(stdout + stderr)).toEqual([])
    expect(shownMarks(await bytesBelow(out))).toEqual([])
  })

  it.each([['draft'], ['finish'], ['draft', '--json']])('is shown where publish %s %s is refused', async (...words) => {
    const out = join(await scratch(), 'dist')
    await finishedDist(out)
    const { exitCode, stdout, stderr } = await slipway(['publish', ...words, '--out', out], { env: marked() })
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('PUBLISH_REFUSED') })
    expect(shownMarks(stdout + stderr)).toEqual([])
  })

  it('is shown where a registry refuses the login of this machine, and says it back', async () => {
    const folder = await scratch()
    await writeJson(join(folder, 'config.json'), { auths: { [host]: { auth: Buffer.from(LOGIN).toString('base64') } } })
    const { bytes, image } = await ociArchive(['linux/amd64'], noise('layer', 3000))
    const images = [{ name: 'demo.oci.tar', references: [`${host}/demo/demo:1.5.0`], bytes, image }]
    const bench = await openBench({ files: { 'demo.zip': 'x' }, images }, { token: 'ghp_Merganser' })
    try {
      const env = { ...marked(), GITHUB_API_URL: bench.github.apiUrl, DOCKER_CONFIG: folder }
      const { exitCode, stdout, stderr } = await slipway(['publish', 'draft', '--out', bench.out], { env })
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringContaining(`reading from ${host}/demo`),
      })
      expect(shownMarks(stdout + stderr)).toEqual([])
      expect(shownMarks(JSON.stringify(bench.github.store.releases))).toEqual([])
    } finally {
      await bench.close()
    }
  })

  it('is shown or kept by any verb of a release that succeeds, nor in its notes', async () => {
    const [project, out] = [await scratch(), join(await scratch(), 'dist')]
    await writeSmallApp(project)
    await commitAll(project, 'a page', '2026-01-02T03:04:05Z')
    await run(['git', 'tag', 'v1.2.0'], { cwd: project })
    await run(['git', 'remote', 'add', 'origin', `https://${LOGIN}@git.example/shelf.git`], { cwd: project })
    const env = { ...marked(), GITHUB_REPOSITORY: 'demo/shelf' }
    const verbs = [
      ['check', '--project', project],
      ['dry-run', '--project', project, '--out', out, '--simulate-publish'],
      ['publish', '--simulate', '--out', out, '--json'],
      ['subjects', '--out', out],
      ['pack', '--out', out],
      ['workflow', '--project', project],
    ]
    const said: string[] = []
    for (const words of verbs) {
      const { exitCode, stdout, stderr } = await slipway(words, { env })
      expect({ words, exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ words, exitCode: 0, stderr: '' })
      said.push(stdout, stderr)
    }
    const failed = await slipway(['preflight', '--out', out], { env })
    expect(failed.exitCode).toBe(1)
    expect(shownMarks([...said, failed.stdout, failed.stderr].join(''))).toEqual([])
    const left = await bytesBelow(out)
    expect(left).toContain('## Install') // the notes are among what is searched
    expect(shownMarks(left)).toEqual([])
  }, 300_000)

  it.each([
    ['http://KestrelUser:Kes%trel@HOST/simple', 1, 'error NETWORK_FAILED'],
    ['http://KestrelUser:Kes@trel@HOST/simple', 1, 'error NETWORK_FAILED'],
    ['https://KestrelUser:KestrelPass@[no', 2, 'error USAGE'],
    ['KestrelPass', 2, 'error USAGE'],
  ])('is shown where the index is written as %j', async (index, code, error) => {
    const out = await plannedDist()
    const env = { ...marked(), UV_DEFAULT_INDEX: index.replace('HOST', host), SLIPWAY_CACHE: join(out, 'cache') }
    const { exitCode, stderr } = await slipway(['deps', '--out', out], { env })
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringContaining(error) })
    expect(shownMarks(stderr)).toEqual([])
  })
})

describe('a login in a URL', () => {
  const urls = [
    'https://KestrelUser:KestrelPass@git.example/x.git',
    'https://KestrelUser:Kes@trel@git.example/x',
    'git+https://KestrelPass@git.example/x#1',
    'postgres://KestrelUser:KestrelPass@db/x',
  ]

  it.each(urls)('is shown neither in a message nor in what a program said: %s', (url) => {
    const cause = new CommandOutput(['git', 'clone', url], Object.assign(new Error(), { all: `cannot read ${url}` }))
    const error = new ReleaseError('COMMAND_FAILED', `git failed on ${url}`, { hint: `Mend ${url}.`, cause })
    expect(shownMarks(renderError(error) + error.message + (error.hint ?? ''))).toEqual([])
    expect(shownMarks(renderError(new TypeError(`no answer of ${url}`)))).toEqual([])
  })

  it('is not shown of a front end that takes packages from there', async () => {
    const folder = await scratch()
    const lock = { packages: { x: { resolved: 'git+ssh://KestrelUser:KestrelPass@git.example/x#1' } } }
    await writeJson(join(folder, 'package-lock.json'), lock)
    const failure = await assertLockPinned(folder, { dir: '.', path: 'package-lock.json' }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'FRONTEND_FAILED', message: expect.stringContaining('***@git.example/x#1') })
    expect(shownMarks(String(failure))).toEqual([])
  })
})
