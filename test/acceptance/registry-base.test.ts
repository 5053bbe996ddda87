import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { dump, load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileEntry } from '../../scripts/lib/archive/entry.ts'
import type { Built } from '../../scripts/lib/core/artifact.ts'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { loadBaseListing } from '../../scripts/lib/io/base-files.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { runBlackBox } from '../../scripts/rehearse/black-box.ts'
import { dockerChannel } from '../../scripts/rehearse/docker-channel.ts'
import { startPostgres } from '../../scripts/rehearse/postgres.ts'
import { startEngine } from '../support/engine.ts'
import { pushImage } from '../support/push-image.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'
import { type StoredImage, storedImage } from '../support/registry-image.ts'
import { sampleRelease, slipway } from '../support/release.ts'
import { fullRun } from '../support/tool.ts'

const SAMPLE = join(import.meta.dirname, '../../sample')

// The protocol has fast tests; the whole way takes a minute
describe.runIf(fullRun)('the sample on a base from a registry', () => {
  let dir = ''
  let out = ''
  let registry: TestRegistry
  let stored: StoredImage
  let base = ''

  const slip = async (...words: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await slipway([...words], {})
    if (exitCode !== 0) throw new Error(stderr)
    return stdout
  }

  /** A system with Python in /usr/local, as the official images have it, in layers that our own packer never writes. */
  async function pythonImage(debian: Buffer): Promise<StoredImage> {
    const moved = [
      fileEntry('usr/bin/.wh.python3', ''),
      { kind: 'link', path: 'usr/local/bin/python3', target: '/usr/bin/python3.13' } as const,
      fileEntry('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
    ]
    const config = { Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'PYTHON_VERSION=3.13'], Labels: { maker: 'ada' } }
    return storedImage({
      layers: [{ entries: gunzipSync(debian) }, { entries: moved, form: 'plain' }],
      platforms: ['linux/amd64'],
      dialect: 'docker',
      config,
    })
  }

  async function writeConfig(): Promise<void> {
    const { docker, ...rest } = load(await readFile(join(SAMPLE, 'slipway.yaml'), 'utf8')) as Record<string, object>
    const own = { ...docker, base: { image: base, python: '3.13' }, variants: ['lean'] }
    await writeFile(join(dir, 'slipway.yaml'), dump({ ...rest, docker: own }))
    await cp(join(SAMPLE, 'slipway'), join(dir, 'slipway'), { recursive: true })
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'slipway-registry-base-'))
    const release = await sampleRelease()
    registry = await startRegistry()
    base = `${registry.host}/library/python:3.13-slim`
    stored = await pythonImage(await readFile(join(release, 'base/lean/amd64/layer-1')))
    await pushImage(stored, base)
    await writeConfig()
    out = join(dir, 'dist')
    const project = ['--project', SAMPLE, '--config', join(dir, 'slipway.yaml')]
    expect(await slip('lock', ...project)).toContain(`${base} amd64: sha256:`)
    await slip('plan', ...project, '--allow-dirty', '--only', 'docker', '--out', out)
    // The trees follow from the commit alone, not from what lies below the image
    for (const name of ['source', 'app', 'deps', 'static', 'vendor']) {
      for (const part of [name, `${name}.json`]) {
        await cp(join(release, part), join(out, part), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error
        })
      }
    }
    for (const words of [['base'], ['build', 'docker'], ['prove']]) await slip(...words, '--out', out)
  })
  afterAll(async () => {
    await registry?.stop()
    await rm(dir, { recursive: true, force: true })
  })

  const archive = async (): Promise<string> => {
    const { outputs } = await readStageJson<Built>(join(out, 'built/docker.json'), 'build docker')
    return join(out, 'artifacts', outputs[0]?.name ?? '')
  }

  it('has its layers byte for byte below those of the application', async () => {
    const { Layers } = JSON.parse(await run(['skopeo', 'inspect', `oci-archive:${await archive()}`]))
    const layers = [...stored.blobs.keys()].slice(0, 2)
    expect(Layers.slice(0, 2)).toEqual(layers)
    expect(Layers).toHaveLength(6) // users, dependencies, static files and application
    const { bases } = await loadBaseListing(out)
    const made = bases['lean']?.['linux/amd64']
    expect(made?.python).toEqual({ minor: '3.13', path: '/usr/local/bin/python3' })
    expect(made?.packages.map(({ name }) => name)).toContain('libpython3.13-stdlib')
    const { config } = JSON.parse(await run(['skopeo', 'inspect', '--config', `oci-archive:${await archive()}`]))
    expect(config.Env).toContain('PYTHON_VERSION=3.13')
    expect(config.Labels).toMatchObject({ maker: 'ada', 'org.opencontainers.image.base.digest': stored.digest })
  })

  it('runs on a real engine', async () => {
    const plan = await readStageJson<Plan>(join(out, 'plan.json'), 'plan')
    const listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
    const { outputs } = await readStageJson<Built>(join(out, 'built/docker.json'), 'build docker')
    const [image] = outputs
    if (image?.kind !== 'image') throw new Error('no image was built')
    const engine = await startEngine()
    const postgres = await startPostgres({ listen: engine.gateway })
    try {
      const database = await postgres.database('satchel')
      const options = { archive: await archive(), image, facts: plan.facts, database, engine: engine.env }
      const app = await dockerChannel(options).start()
      await runBlackBox(plan.facts.rehearse, app, listing, silentReport)
      expect(await app.exec(['check'])).not.toContain('FAIL')
      const words = ['exec', app.container, '/usr/local/bin/python3', '-c', 'import pwd; print(pwd.getpwuid(10001)[0])']
      expect(await app.docker(...words)).toBe('app\n')
      await app.stop()
    } finally {
      await postgres.stop()
      await engine.stop()
    }
  })
})
