import { copyFile, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MEDIA_TYPES } from '../../scripts/lib/core/artifact.ts'
import { type Plan, promisedOutputs } from '../../scripts/lib/core/plan.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { type Background, startBackground, waitUntil } from '../../scripts/lib/io/background.ts'
import { builderPython } from '../../scripts/lib/io/builder-python.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { runAfterUpgrade } from '../../scripts/rehearse/after-upgrade.ts'
import { runBlackBox, type Visit } from '../../scripts/rehearse/black-box.ts'
import { freePort } from '../../scripts/rehearse/port.ts'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { blocksOf } from '../support/page.ts'
import { type PythonIndex, startPythonIndex } from '../support/python-index.ts'
import { describeWith } from '../support/tool.ts'
import { planIn, sampleUpgrade } from '../support/upgrade.ts'

const PAGE = join(import.meta.dirname, '../../docs/pypi.md')
const RUN = 'venv/bin/satchel run\n'

describeWith(['psql', 'pg_dump', 'python3-venv'], 'a person who types what docs/pypi.md says', () => {
  let folder = ''
  let postgres: Postgres
  let index: PythonIndex
  let releases: readonly { readonly out: string; readonly plan: Plan; readonly listing: StaticListing }[] = []
  let blocks: ReadonlyMap<string, readonly string[]>
  let env: Readonly<Record<string, string>> = {}
  let replaced: readonly (readonly [string, string])[] = []
  let server: Background | undefined
  let visit: Visit

  const home = (path: string): string => join(folder, 'home', path)
  const verbatim = (block: string): string => replaced.reduce((text, [from, to]) => text.replaceAll(from, to), block)
  const shell = (code: string): Promise<string> =>
    run(['sh', '-ec', `${verbatim(code)}\n:`], { cwd: join(folder, 'work'), env, inherit: true })
  const start = (): Background => startBackground(['sh', '-ec', `exec ${RUN}`], { cwd: join(folder, 'work'), env })
  /** Started, as in a terminal of its own, and ready. */
  const serves = async (): Promise<boolean> => {
    server = start()
    return waitUntil(
      () =>
        fetch(`${target().url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      120,
    )
  }
  const stop = async (): Promise<void> => {
    await server?.stop()
    server = undefined
  }
  const type = async (heading: string): Promise<string> => {
    const said: string[] = []
    for (const block of blocks.get(heading) ?? []) {
      if (block !== RUN) said.push(await shell(block))
      else expect(await serves(), server?.tail()).toBe(true)
    }
    return said.join('')
  }
  const target = () => ({
    url: `http://127.0.0.1:${env['PORT']}`,
    async restart() {
      await stop()
      server = start()
    },
  })

  async function upload(out: string, plan: Plan, python: string): Promise<void> {
    const files = promisedOutputs(plan).filter(({ name }) => /^satchel_release-.*(?:\.whl|\.tar\.gz)$/.test(name))
    await index.upload(...files.map(({ name }) => join(out, 'artifacts', name)))
    const constraints = `satchel-${plan.facts.version.plain}-constraints-py${python}.txt`
    await copyFile(join(out, 'artifacts', constraints), join(folder, 'work', constraints))
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-pypi-page-'))
    for (const name of ['home', 'work', 'index']) await mkdir(join(folder, name))
    const { before, after } = await sampleUpgrade('pypi', 'constraints')
    index = await startPythonIndex(join(folder, 'index'))
    postgres = await startPostgres()
    blocks = await blocksOf(PAGE)
    const python = (await builderPython()).minor
    releases = await Promise.all(
      [before, after].map(async (out) => {
        const listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
        return { out, plan: await planIn(out), listing }
      }),
    )
    for (const { out, plan } of releases) await upload(out, plan, python)
    env = {
      HOME: join(folder, 'home'),
      PORT: `${await freePort()}`,
      PATH: `${join(folder, 'index/tools/bin')}:${process.env['PATH']}`,
      PIP_EXTRA_INDEX_URL: index.url,
      UV_INDEX: index.url,
    }
    replaced = [
      ['py3.11', `py${python}`],
      ['postgres://satchel:PASSWORD@localhost:5432/satchel', await postgres.database('satchel')],
      ['postgres://north:PASSWORD@localhost:5432/north', await postgres.database('north')],
    ]
  })
  afterAll(async () => {
    await stop()
    await index?.stop()
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('finds commands below every heading that promises some', () => {
    const found = [...blocks].filter(([, list]) => list.length > 0).map(([heading]) => heading)
    const administration = ['Configure', 'Several instances', 'Backup and restore', 'Upgrade', 'Uninstall']
    expect(found).toEqual(['Steps', 'With uv or pipx', 'Without network', ...administration])
  })

  it('has a package that the checkers of the index find nothing wrong with', async () => {
    const { out = '', plan } = releases[0] ?? {}
    const files = plan === undefined ? [] : promisedOutputs(plan).filter(({ name }) => /^satchel_release-/.test(name))
    const paths = files.map(({ name }) => join(out, 'artifacts', name))
    const said = await run([index.program('twine'), 'check', '--strict', ...paths])
    expect(said.match(/PASSED/g)).toHaveLength(2)
    const wheel = files.find((one) => one.kind === 'file' && one.mediaType === MEDIA_TYPES.wheel)?.name ?? ''
    // W002: a collected file stands beside its original. W004: the tree is no package; migrations begin with a digit.
    const words = ['--no-config', '--ignore', 'W002,W004', join(out, 'artifacts', wheel)]
    expect(await run([index.program('check-wheel-contents'), ...words])).toMatch(/: OK\n$/)
    // Reads every member against its row of RECORD, and refuses one that has none.
    const unpacking = ['unpack', '--dest', join(folder, 'unpacked'), join(out, 'artifacts', wheel)]
    expect(await run([index.program('wheel'), ...unpacking])).toMatch(/OK\n$/)
  })

  it('has an application that is ready, with the versions of the file', async () => {
    expect(await type('Steps')).not.toContain('FAIL')
    const { plan, listing } = releases[0] ?? {}
    if (plan === undefined || listing === undefined) throw new Error('there is no release')
    visit = await runBlackBox(plan.facts.rehearse, target(), listing, silentReport)
    expect(((await stat(home('.local/share/satchel/secret_key'))).mode & 0o777).toString(8)).toBe('600')
    const frozen = (await shell('venv/bin/pip freeze'))
      .trim()
      .split('\n')
      .map((line) => line.toLowerCase())
    const file = await shell('cat satchel-1.0.0-constraints-py3.11.txt')
    for (const line of frozen) expect(file).toContain(`\n${line.replaceAll('_', '-')} `)
    await shell('venv/bin/pip check')
  })

  it('is told in three lines what to do where nothing is configured', async () => {
    const lines = (await shell('HOME=/nonexistent venv/bin/satchel')).trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toMatch(/^Configure: set DATABASE_URL=postgres:\/\/.* in the environment or in \/nonexistent\//)
    expect(lines[2]).toMatch(/^Then: `satchel check`, `satchel migrate`, `satchel run`/)
  })

  it.each(['With uv or pipx', 'Without network'])('has a working command also %s', async (heading) => {
    const said = await type(heading)
    expect(said.match(/^1\.0\.0$/gm)).toHaveLength(heading === 'Without network' ? 1 : 2)
  })

  it('configures it, and makes an instance beside it', async () => {
    expect(await type('Configure')).toContain(home('elsewhere'))
    expect(await type('Several instances')).toContain('OK   no migration is pending')
    const keys = [home('.local/share/satchel/secret_key'), home('north/secret_key')].map((path) =>
      readFile(path, 'utf8'),
    )
    expect(new Set(await Promise.all(keys)).size).toBe(2)
  })

  it('keeps everything in one file, has it again from there, and upgrades with it', async () => {
    await stop()
    await type('Backup and restore')
    await type('Upgrade')
    expect(await shell('venv/bin/satchel version')).toBe('1.1.0\n')
    server = start()
    const { plan, listing } = releases[1] ?? {}
    if (plan === undefined || listing === undefined) throw new Error('there is no release')
    await runAfterUpgrade(visit, plan.facts.rehearse, listing)
  })

  it('leaves nothing behind after the last command', async () => {
    await stop()
    await type('Uninstall')
    expect(await postgres.query('postgres', "SELECT datname FROM pg_database WHERE datname = 'satchel'")).toBe('')
    await expect(stat(home('.local/share/satchel'))).rejects.toThrow()
  })
})
