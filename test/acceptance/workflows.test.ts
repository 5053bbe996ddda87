import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import { networkEnvironment } from '../../scripts/lib/io/network.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { type StandIn, startGithub } from '../../scripts/publish/simulate/server.ts'
import { openDescription } from '../support/openapi.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'
import { runFolder, sampleRelease, slipway } from '../support/release.ts'
import { writeSmallApp } from '../support/small-app.ts'
import { describeWith, fullRun } from '../support/tool.ts'
import type { Runner } from '../support/workflow/job.ts'
import { type Outcomes, runWorkflow } from '../support/workflow/workflow.ts'

const ROOT = join(import.meta.dirname, '../..')
const TOKEN = 'ghs_onlyForTheStandIn'
const REPOSITORY = 'slipway-release/slipway'
const RELEASE = '.github/workflows/release.yml'

const git = async (cwd: string, ...args: string[]): Promise<string> =>
  (await execa('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd })).stdout

let folder = ''
let tag = ''
let github: StandIn
let registry: TestRegistry
let runner: Runner
let outcomes: Outcomes
let index: readonly string[] = []
let attested = ''
let publicWhenAttested = -1
const otherwise: string[] = [] // than GitHub's own description of its interface

/** Everything that was said where it did not go well. */
const expectSuccess = (): void => {
  expect([...outcomes.values()].map(({ said }) => said).join('')).toBe('')
}

/** Exactly what the upload to the Python index would send. */
async function playIndex(work: string, inputs: Readonly<Record<string, unknown>>): Promise<void> {
  index = (await readdir(join(work, String(inputs['packages-dir'])))).toSorted()
}

/** What would be signed, and whether anything was public by then. */
async function playAttest(work: string, inputs: Readonly<Record<string, unknown>>): Promise<void> {
  attested = await readFile(join(work, String(inputs['subject-checksums'])), 'utf8')
  publicWhenAttested = github.store.publications.length
}

/** The commit at HEAD with a registry of our own and today's Debian packages, tagged with the version of its tree; in a bare repository. */
async function makeOrigin(): Promise<string> {
  const clone = join(folder, 'clone')
  const origin = join(folder, 'origin.git')
  await git(folder, 'clone', '--quiet', '--no-tags', ROOT, clone)
  const config = join(clone, 'sample/slipway.yaml')
  const text = await readFile(config, 'utf8')
  await writeFile(config, text.replace(/repositories: \[.*\]/, `repositories: [${registry.host}/team/satchel]`))
  const locked = await slipway(['lock', '--project', join(clone, 'sample')])
  expect(locked.exitCode, locked.stderr).toBe(0)
  const version = /__version__ = "(.+)"/.exec(await readFile(join(clone, 'sample/config/__init__.py'), 'utf8'))?.[1]
  tag = `sample-v${version}`
  await git(clone, 'commit', '--quiet', '--all', '--message', 'release to another registry')
  await git(clone, 'tag', tag)
  await git(folder, 'clone', '--quiet', '--bare', clone, origin)
  return origin
}

/** `npx` for the jobs: pnpm is not asked for at a registry each time, and only the first job of all installs. */
async function makeNpx(): Promise<Record<string, string>> {
  const { stdout } = await execa('npx', ['-y', '-p', 'pnpm@10', 'which', 'pnpm'], { env: { HOME: homedir() } })
  const programs = join(folder, 'bin')
  await mkdir(programs)
  await copyFile(join(ROOT, 'test/support/workflow/npx.sh'), join(programs, 'npx'))
  return {
    PATH: `${programs}${delimiter}${process.env['PATH']}`,
    SLIPWAY_TEST_PNPM: stdout.trim(),
    SLIPWAY_TEST_MODULES: join(folder, 'installed'),
  }
}

/** Downloads may be shared between jobs as a cache would, and what the first job installed; nothing else is. */
async function environment(): Promise<Record<string, string>> {
  const given = ['npm_config_registry', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'PIP_INDEX_URL', 'SLIPWAY_DEBIAN_MIRROR']
  const set = given.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]))
  return {
    ...networkEnvironment(),
    ...Object.fromEntries(set),
    ...(await makeNpx()),
    XDG_DATA_HOME: process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), // pnpm's store
    npm_config_userconfig: join(homedir(), '.npmrc'),
    SLIPWAY_CACHE: cacheFolder(),
    GITHUB_API_URL: github.apiUrl,
    SLIPWAY_SECOND_MS: '10',
  }
}

describeWith(['git', 'python3', 'xz', 'docker-registry'], 'the workflows, job by job on machines of their own', () => {
  beforeAll(async () => {
    await mkdir(runFolder, { recursive: true })
    folder = await mkdtemp(join(runFolder, 'workflows-'))
    registry = await startRegistry()
    const origin = await makeOrigin()
    const commit = await git(origin, 'rev-parse', `${tag}^{commit}`)
    const check = await openDescription()
    await mkdir(join(folder, 'assets'))
    github = await startGithub({
      dir: join(folder, 'assets'),
      repository: REPOSITORY,
      token: TOKEN,
      tags: { [tag]: commit },
      onExchange: (exchange) => void otherwise.push(...check(exchange)),
    })
    runner = {
      folder,
      origin,
      github: { event_name: 'push', ref: `refs/tags/${tag}`, ref_name: tag, repository: REPOSITORY, token: TOKEN },
      env: await environment(),
      actions: { 'pypa/gh-action-pypi-publish': playIndex, 'actions/attest': playAttest },
    }
    outcomes = await runWorkflow(runner, RELEASE)
  }, 1_800_000)
  afterAll(async () => {
    await github?.close()
    await registry?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('all succeed, one for each stage and planned format', async () => {
    expectSuccess()
    const plan = join(outcomes.get('plan')?.folders[0] ?? '', 'dist/plan.json')
    const { formats }: Plan = JSON.parse(await readFile(plan, 'utf8'))
    expect([...outcomes].map(([name, { result }]) => `${name} ${result}`)).toEqual(
      [
        ...['plan', 'source', 'app', 'deps', 'base', 'static', ...formats.map(({ name }) => name)],
        ...['prove', 'seal', 'draft', 'attest', 'python-index', 'finish'],
      ].map((name) => `${name} success`),
    )
  })

  it('make the very trees of one dry run of the same files', async () => {
    const alone = await sampleRelease()
    for (const name of ['app', 'deps', 'static']) {
      const made = outcomes.get(name)?.folders[0] ?? ''
      const listing = await readFile(join(made, `dist/${name}.json`), 'utf8')
      expect(listing, name).toBe(await readFile(join(alone, `${name}.json`), 'utf8'))
    }
  })

  it.runIf(fullRun)('make the very files of one dry run of the same commit', async () => {
    const work = join(folder, 'alone')
    await git(folder, 'clone', '--quiet', '--branch', tag, `file://${runner.origin}`, work)
    const { stderr, exitCode } = await slipway([
      'dry-run',
      '--project',
      join(work, 'sample'),
      '--out',
      join(work, 'dist'),
    ])
    expect(exitCode, stderr).toBe(0)
    const jobs = outcomes.get('finish')?.folders[0] ?? ''
    const sums = await readFile(join(jobs, 'dist/artifacts/SHA256SUMS'), 'utf8')
    expect(sums.split('\n').length).toBeGreaterThan(8)
    expect(sums).toBe(await readFile(join(work, 'dist/artifacts/SHA256SUMS'), 'utf8'))
    expect(await git(work, 'status', '--porcelain', '--', 'sample')).toBe('')
  })

  it('make one public release with every file of the sums', async () => {
    const jobs = outcomes.get('finish')?.folders[0] ?? ''
    const sums = await readFile(join(jobs, 'dist/artifacts/SHA256SUMS'), 'utf8')
    const [release, ...others] = github.store.releases
    expect(others).toEqual([])
    expect(release).toMatchObject({ tag, draft: false })
    const lines = (release?.assets ?? [])
      .filter(({ name }) => name !== 'SHA256SUMS')
      .map(({ name, digest }) => `${digest?.replace('sha256:', '')}  ${name}`)
    expect(lines.toSorted()).toEqual(sums.trim().split('\n').toSorted())
    expect(github.store.publications.length).toBe(1)
    expect(otherwise).toEqual([])
  })

  it('leave both images and the chart in the registry, under their moving tags too', async () => {
    const tags = async (name: string): Promise<readonly string[]> => {
      const answer = await fetch(`http://${registry.host}/v2/${name}/tags/list`)
      return ((await answer.json()) as { tags: string[] }).tags.toSorted()
    }
    const version = tag.replace('sample-v', '')
    const [major = '', minor = ''] = version.split('.')
    const names = [version, `${major}.${minor}`, major, 'latest']
    const both = names.flatMap((name) => [name, `${name}-lean`])
    expect(await tags('team/satchel')).toEqual(both.toSorted())
    expect(await tags('team/charts/satchel')).toEqual([version])
  })

  it('give the Python index exactly an sdist and a wheel', () => {
    expect(index.map((name) => name.replace(/[\d.]+\d/, 'X'))).toEqual([
      'satchel_release-X-py3-none-any.whl',
      'satchel_release-X.tar.gz',
    ])
  })

  it('have every file and image attested while nothing is public', async () => {
    const jobs = outcomes.get('finish')?.folders[0] ?? ''
    const sums = await readFile(join(jobs, 'dist/artifacts/SHA256SUMS'), 'utf8')
    const lines = attested.trim().split('\n')
    expect(publicWhenAttested).toBe(0)
    expect(lines).toEqual(expect.arrayContaining(sums.trim().split('\n')))
    const others = lines.filter((line) => !sums.includes(line)).map((line) => line.slice(66))
    expect(others).toEqual(['SHA256SUMS', `${registry.host}/team/satchel`, `${registry.host}/team/satchel`])
  })

  it('do nothing a second time', async () => {
    const before = JSON.stringify(github.store.releases)
    for (const name of ['draft', 'finish']) {
      const work = outcomes.get(name)?.folders[0] ?? ''
      const env = { ...runner.env, HOME: folder, GITHUB_TOKEN: TOKEN }
      const again = [join(work, 'scripts/slipway.ts'), 'publish', name]
      const { stdout } = await execa(process.execPath, again, { cwd: work, env, extendEnv: false })
      expect(stdout).toContain('nothing to do')
    }
    expect(JSON.stringify(github.store.releases)).toBe(before)
  })
})

describeWith(['git', 'python3', 'xz'], 'the workflow that is written for another repository', () => {
  let outcomes: Outcomes
  let other: StandIn
  let work = ''
  let written = ''
  beforeAll(async () => {
    await mkdir(runFolder, { recursive: true })
    folder = await mkdtemp(join(runFolder, 'workflows-'))
    work = join(folder, 'shelf')
    await writeSmallApp(work)
    const wrote = await slipway(['workflow', '--write'], { cwd: work })
    expect(wrote.stderr).toBe('')
    written = await readFile(join(work, '.github/workflows/release.yaml'), 'utf8')
    await git(work, 'add', '--all')
    await git(work, 'commit', '--quiet', '--message', 'a page')
    await git(work, 'tag', 'v1.2.0')
    const origin = join(folder, 'shelf.git')
    await git(folder, 'clone', '--quiet', '--bare', work, origin)
    const action = join(folder, 'action') // as GitHub unpacks the pinned commit
    await git(folder, 'clone', '--quiet', '--no-tags', ROOT, action)
    await rm(join(action, '.git'), { recursive: true })
    await mkdir(join(folder, 'assets'))
    const [repository, commit] = ['demo/shelf', await git(work, 'rev-parse', 'HEAD')]
    other = await startGithub({ dir: join(folder, 'assets'), repository, token: TOKEN, tags: { 'v1.2.0': commit } })
    github = other
    outcomes = await runWorkflow(
      {
        folder,
        origin,
        github: { event_name: 'push', ref: 'refs/tags/v1.2.0', ref_name: 'v1.2.0', repository, token: TOKEN },
        env: await environment(),
        actions: { 'pypa/gh-action-pypi-publish': playIndex },
        composites: { 'slipway-release/slipway': action },
      },
      '.github/workflows/release.yaml',
    )
  }, 900_000)
  afterAll(async () => {
    await other?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('has jobs for its formats alone, each of which succeeds', () => {
    expect([...outcomes.values()].map(({ said }) => said).join('')).toBe('')
    expect([...outcomes].map(([name, { result }]) => `${name} ${result}`)).toEqual(
      [
        ...['plan', 'source', 'app', 'deps', 'static', 'pypi', 'tarballs', 'papers', 'prove', 'seal'],
        ...['draft', 'python-index', 'finish'],
      ].map((name) => `${name} success`),
    )
  })

  it('makes the release public, and gives the index exactly sdist and wheel', () => {
    expect(other.store.publications.map(({ tag: name }) => name)).toEqual(['v1.2.0'])
    expect(other.store.releases.map(({ draft }) => draft)).toEqual([false])
    expect(index).toEqual(['shelf_release-1.2.0-py3-none-any.whl', 'shelf_release-1.2.0.tar.gz'])
  })

  it('asks for approval before the point of no return, and calls Slipway by the commit that wrote it', async () => {
    expect(written).toMatch(/\n {2}python-index:\n(?: {4}.+\n)*? {4}environment: approval\n/)
    const head = await git(ROOT, 'rev-parse', 'HEAD')
    const used = [...written.matchAll(/uses: slipway-release\/slipway@(.+)$/gm)].map(([, commit]) => commit)
    expect(new Set(used)).toEqual(new Set([`${head} # v0.1.0`]))
  })

  it('is told to be out of date once the configuration asks for more', async () => {
    const config = join(work, 'slipway.yaml')
    expect((await slipway(['workflow', '--check'], { cwd: work })).exitCode).toBe(0)
    await writeFile(config, (await readFile(config, 'utf8')).replace('environment: approval', 'environment: board'))
    const { exitCode, stderr } = await slipway(['workflow', '--check'], { cwd: work })
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('WORKFLOW_OUTDATED') })
    expect(stderr).toContain('is `environment: approval` and would be `environment: board`')
  })
})
