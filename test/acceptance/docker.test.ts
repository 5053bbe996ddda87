import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Built, BuiltOutput } from '../../scripts/lib/core/artifact.ts'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { loadBaseListing } from '../../scripts/lib/io/base-files.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { runAfterUpgrade } from '../../scripts/rehearse/after-upgrade.ts'
import { runBlackBox, type Visit } from '../../scripts/rehearse/black-box.ts'
import { dockerChannel, type RunningContainer } from '../../scripts/rehearse/docker-channel.ts'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { type Engine, startEngine } from '../support/engine.ts'
import { sampleRelease } from '../support/release.ts'
import { describeWith } from '../support/tool.ts'
import { planIn, sampleUpgrade } from '../support/upgrade.ts'

type BuiltImage = Extract<BuiltOutput, { kind: 'image' }>

/** What is in a container's file system, and what a program in it finds; prints JSON. */
const SURVEY = `
import json, os, ssl, stat
found = {'bytecode': [], 'privileged': [], 'programs': sorted(os.listdir('/usr/bin'))}
for folder, _, names in os.walk('/'):
    if folder.split('/')[1:2] in (['proc'], ['sys'], ['dev'], ['data'], ['tmp']):
        continue
    for name in names:
        path = os.path.join(folder, name)
        mode = os.lstat(path).st_mode
        if name.endswith('.pyc'): found['bytecode'].append(path)
        if stat.S_ISREG(mode) and mode & 0o6000: found['privileged'].append(path)
records = '/var/lib/dpkg/status.d'
found['packages'] = sorted(name for name in os.listdir(records) if not name.endswith('.md5sums'))
found['authorities'] = len(ssl.create_default_context().get_ca_certs())
found['user'] = [os.getuid(), os.getgid()]
try:
    open('/etc/written', 'w')
    found['writable'] = True
except OSError:
    found['writable'] = False
print(json.dumps(found))
`

async function imageIn(out: string): Promise<{ readonly image: BuiltImage; readonly archive: string }> {
  const built = await readStageJson<Built>(join(out, 'built/docker.json'), 'build docker')
  const image = built.outputs.find((output) => output.kind === 'image')
  if (image?.kind !== 'image') throw new Error('no image was built')
  return { image, archive: join(out, 'artifacts', image.name) }
}

describeWith(['root', 'dockerd', 'docker', 'iptables', 'psql', 'setpriv'], 'the lean image of the sample', () => {
  let out = ''
  let plan: Plan
  let listing: StaticListing
  let image: BuiltImage
  let archive = ''
  let engine: Engine
  let postgres: Postgres
  let app: RunningContainer
  let visit: Visit

  beforeAll(async () => {
    out = await sampleRelease()
    plan = await readStageJson<Plan>(join(out, 'plan.json'), 'plan')
    listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
    ;({ image, archive } = await imageIn(out))
    engine = await startEngine()
    postgres = await startPostgres({ listen: engine.gateway })
    const database = await postgres.database('satchel')
    app = await dockerChannel({
      archive,
      image,
      facts: plan.facts,
      database,
      engine: engine.env,
    }).start()
  })
  afterAll(async () => {
    await app?.stop()
    await postgres?.stop()
    await engine?.stop()
  })

  it('run as a user nobody made, read-only and without capabilities, passes the black-box script', async () => {
    visit = await runBlackBox(plan.facts.rehearse, app, listing, silentReport)
  })

  it('serves every collected file with the bytes of static.json', async () => {
    await runBlackBox([{ static: 'all' }], app, listing, silentReport)
  })

  it('says its version without a database, and that it is well', async () => {
    expect(await app.docker('run', '--rm', app.reference, 'version')).toBe(`${plan.facts.version.plain}\n`)
    await app.exec(['health'])
    expect(await app.exec(['check'])).not.toContain('FAIL')
  })

  it('keeps its key in the volume, for its user alone', async () => {
    const words = ['exec', app.container, '/usr/bin/python3', '-c']
    const script = "import os; s = os.stat('/data/secret_key'); print(oct(s.st_mode), s.st_uid)"
    expect(await app.docker(...words, script)).toBe('0o100600 12345\n')
  })

  it('has no bytecode, no set-uid file, no compiler and no shell, but certificates and a record of each package', async () => {
    const found = JSON.parse(await app.docker('exec', app.container, '/usr/bin/python3', '-B', '-c', SURVEY))
    expect(found).toMatchObject({ bytecode: [], privileged: [], user: [12345, 0], writable: false })
    expect(found.authorities).toBeGreaterThan(100)
    for (const name of ['sh', 'bash', 'gcc', 'git', 'node', 'perl']) expect(found.programs).not.toContain(name)
    const listed = (await loadBaseListing(out)).bases['lean']?.['linux/amd64']?.packages.map(({ name }) => name)
    expect(found.packages).toEqual(listed?.toSorted())
  })

  it('is described for people and orchestrators', async () => {
    const [described] = JSON.parse(await app.docker('image', 'inspect', app.reference))
    expect(described.Config).toMatchObject({
      User: '10001:0',
      StopSignal: 'SIGTERM',
      Cmd: ['run', '--all', '--migrate'],
    })
    expect(described.Config.Healthcheck).toMatchObject({ Test: ['CMD', '/usr/bin/satchel', 'health'] })
    expect(described.Config.Labels).toMatchObject({ 'org.opencontainers.image.version': plan.facts.version.plain })
  })

  it('ends within ten seconds when it is asked to', async () => {
    const began = performance.now()
    await app.docker('stop', '--time=30', app.container)
    expect(performance.now() - began).toBeLessThan(10_000)
    const code = await app.docker('inspect', '--format', '{{.State.ExitCode}}', app.container)
    expect(['0\n', '143\n']).toContain(code)
  })

  it('makes place for the next release, which migrates what is there', async () => {
    const { after } = await sampleUpgrade('docker')
    const { facts } = await planIn(after)
    await app.upgrade(await imageIn(after))
    await runAfterUpgrade(visit, facts.rehearse, await readStageJson(join(after, 'static.json'), 'static'))
    expect(await app.exec(['version'])).toBe('1.1.0\n')
  })
})
