import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { docker } from '../../scripts/docker/index.ts'
import type { Service } from '../../scripts/lib/core/facts.ts'
import { bundledModule, prereleaseFacts, sampleFacts } from '../support/facts.ts'
import { plantTree } from '../support/trees.ts'
import { digestsOf, elsewhere, memoryWork, shuffledWork, type WorkParts, writtenFile } from '../support/work.ts'
import { fixtureBase, type Member, members, openImage, sha256 } from './images.ts'

const config = docker.schema.parse({
  platforms: ['linux/amd64', 'linux/arm64'],
  repositories: ['ghcr.io/satchel-team/satchel'],
})
const NAME = 'satchel-1.2.0-lean.oci.tar'
describe('an image', () => {
  let parts: WorkParts
  let archive: Uint8Array

  beforeAll(async () => {
    parts = {
      bases: { 'lean@linux/amd64': await fixtureBase('amd64'), 'lean@linux/arm64': await fixtureBase('arm64') },
      promised: [NAME],
    }
    const work = memoryWork(parts)
    await docker.build(work, config)
    archive = writtenFile(work, NAME)
  })

  it('is promised by name, with exact references and where it carries the static files', () => {
    expect(docker.outputs(sampleFacts(), config)).toEqual([
      {
        kind: 'image',
        name: NAME,
        platforms: ['linux/amd64', 'linux/arm64'],
        references: ['ghcr.io/satchel-team/satchel:1.2.0-lean'],
        carries: [
          { tree: 'bundle', at: 'usr/lib/satchel/app' },
          { tree: 'collected', at: 'usr/share/satchel/static' },
        ],
      },
    ])
    expect(docker.outputs(prereleaseFacts(), config)[0]?.name).toBe('satchel-1.2.0-rc.1-lean.oci.tar')
  })

  it('asks for dependencies of the Python of its base, and for one base per variant', () => {
    expect(docker.targets(config)).toEqual([
      { python: '3.13', arch: 'amd64' },
      { python: '3.13', arch: 'arm64' },
    ])
    expect(docker.bases(config)).toMatchObject([
      { kind: 'debian', name: 'lean', suite: 'trixie', layers: [{ name: 'lean' }] },
    ])
  })

  it('is an index over both platforms, described on each level', async () => {
    const image = await openImage(archive)
    expect(image.layout.manifests.map(({ annotations }) => annotations)).toEqual([
      {
        'io.containerd.image.name': 'ghcr.io/satchel-team/satchel:1.2.0-lean',
        'org.opencontainers.image.ref.name': '1.2.0-lean',
      },
    ])
    expect(image.index.manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64'])
    const described = { 'org.opencontainers.image.version': '1.2.0', 'org.opencontainers.image.licenses': 'Apache-2.0' }
    expect(image.index.annotations).toMatchObject(described)
    expect(image.manifest('arm64').annotations).toMatchObject(described)
  })

  it('stands on the very layers of its base, with what changes least first', async () => {
    const image = await openImage(archive)
    const base = parts.bases?.['lean@linux/arm64']?.layers[0]
    const { layers, config: described } = image.manifest('arm64')
    expect(layers[0]).toMatchObject({ digest: base?.digest, size: base?.size })
    const { rootfs, history } = image.json(described.digest)
    expect(history.map((one: { created_by: string }) => one.created_by)).toEqual(
      ['lean', 'dependencies', 'static', 'app'].map((name) => `slipway: ${name}`),
    )
    expect(rootfs.diff_ids).toEqual(layers.map(({ digest }) => sha256(gunzipSync(image.blob(digest)))))
  })

  it('starts by its launcher as a number, with nothing else to decide', async () => {
    const image = await openImage(archive)
    const { config: run, created } = image.json(image.manifest('amd64').config.digest)
    expect(created).toBe('2023-11-14T22:13:20Z')
    expect(run).toMatchObject({
      User: '10001:0',
      Entrypoint: ['/usr/bin/satchel'],
      Cmd: ['run', '--all', '--migrate'],
      ExposedPorts: { '8000/tcp': {} },
      Volumes: { '/data': {} },
      StopSignal: 'SIGTERM',
      Healthcheck: { Test: ['CMD', '/usr/bin/satchel', 'health'], StartPeriod: 300e9 },
    })
    expect(run.Env).toContain('LANG=C.UTF-8')
    expect(run.Labels['org.opencontainers.image.source']).toBe('https://github.com/satchel-team/satchel')
  })

  it('has an init as its first process where the base brings one', async () => {
    const base = await fixtureBase('amd64')
    const path = 'usr/bin/tini'
    const view = new Map([...base.view, [path, { kind: 'file', path, mode: 0o755, uid: 0, gid: 0 }]] as const)
    const work = memoryWork({ facts: sampleFacts(), bases: { 'lean@linux/amd64': { ...base, view } } })
    await docker.build(work, docker.schema.parse({}))
    const image = await openImage(writtenFile(work, NAME))
    const { config: run } = image.json(image.manifest('amd64').config.digest)
    expect(run.Entrypoint).toEqual(['/usr/bin/tini', '-s', '--', '/usr/bin/satchel'])
  })

  it.each<[string, Partial<Service>, boolean]>([
    ['answers on one path only', { port: 8000, ready: '/readyz' }, true],
    ['has no path to ask', { port: 8000 }, false],
    ['has no port', { health: '/healthz' }, false],
  ])('is asked for its health only if its first service can answer: it %s', async (_, changes, asked) => {
    const { runtime } = sampleFacts()
    const first = { name: 'web', command: ['gunicorn'], ...changes }
    const work = memoryWork({
      facts: sampleFacts({ runtime: { ...runtime, services: [first, ...runtime.services] } }),
      bases: { 'lean@linux/amd64': await fixtureBase('amd64') },
    })
    await docker.build(work, docker.schema.parse({}))
    const image = await openImage(writtenFile(work, NAME))
    const { config: run } = image.json(image.manifest('amd64').config.digest)
    expect('Healthcheck' in run).toBe(asked)
  })

  it('brings the licence texts that a glob names, and those of the JavaScript in the bundle', async () => {
    const app = { ...sampleFacts().app, licenseFiles: ['LICEN*'] }
    const bases = { 'lean@linux/amd64': await fixtureBase('amd64') }
    const module = bundledModule({ frontends: [] })
    const work = memoryWork({ facts: sampleFacts({ app }), bases, modules: [module] })
    await docker.build(work, docker.schema.parse({}))
    const image = await openImage(writtenFile(work, NAME))
    const top = image.manifest('amd64').layers.at(-1)
    const paths = (await members(gunzipSync(image.blob(top?.digest ?? '')))).map(({ path }) => path)
    expect(paths).toContain('srv/share/doc/satchel/LICENSE') // where the base's link leads
    expect(paths).toContain('srv/share/doc/satchel/JAVASCRIPT-LICENSES.txt')
  })

  it('keeps environment and labels of a base image below its own', async () => {
    const origin = { name: 'docker.io/library/python:3.13-slim', digest: `sha256:${'0'.repeat(64)}` }
    const base = await fixtureBase('amd64', {
      config: { env: ['PATH=/opt/bin', 'GPG_KEY=1', 'HOME=/root'], labels: { maintainer: 'them' } },
      origin,
    })
    const work = memoryWork({ bases: { 'lean@linux/amd64': base } })
    await docker.build(work, docker.schema.parse({}))
    const image = await openImage(writtenFile(work, NAME))
    const { config: run } = image.json(image.manifest('amd64').config.digest)
    expect(run.Env).toEqual(['PATH=/opt/bin', 'GPG_KEY=1', 'HOME=/tmp', 'LANG=C.UTF-8'])
    expect(run.Labels).toMatchObject({ maintainer: 'them', 'org.opencontainers.image.base.name': origin.name })
    expect(image.layout.manifests[0]?.annotations['io.containerd.image.name']).toBe('satchel:1.2.0-lean')
  })

  it('starts its launcher by the Python of the base', async () => {
    const base = await fixtureBase('amd64', { python: { minor: '3.13', path: '/usr/local/bin/python3' } })
    const work = memoryWork({ bases: { 'lean@linux/amd64': base } })
    await docker.build(work, docker.schema.parse({ base: { image: 'docker.io/library/python:3.13', python: '3.13' } }))
    const image = await openImage(writtenFile(work, NAME))
    const app = image.manifest('amd64').layers.at(-1)
    const files = await members(gunzipSync(image.blob(app?.digest ?? '')))
    const launcher = files.find(({ path }) => path.endsWith('/launcher.py'))
    expect(launcher?.bytes.toString()).toMatch(/^#!\/usr\/local\/bin\/python3 -IS\n/)
    expect(launcher?.mode).toBe(0o755)
  })

  it('holds its files where the links of the base lead, and never replaces a link', async () => {
    const image = await openImage(archive)
    const [, , collected, app] = image.manifest('amd64').layers.map(({ digest }) => gunzipSync(image.blob(digest)))
    const paths = (await members(collected ?? Buffer.alloc(0))).map(({ path }) => path)
    expect(paths).toContain('srv/share/satchel/static/staticfiles.json')
    expect(paths.filter((path) => path.startsWith('usr/share'))).toEqual([])
    const entries = await members(app ?? Buffer.alloc(0))
    expect(entries.find(({ path }) => path === 'usr/lib/')).toMatchObject({ mode: 0o711 })
    expect(new Set(entries.map(({ mtime }) => mtime))).toEqual(new Set([1_700_000_000]))
  })

  it('has a state folder for any user of group 0, the launcher, the bundle and the licence', async () => {
    const image = await openImage(archive)
    const app = await members(gunzipSync(image.blob(image.manifest('amd64').layers[3]?.digest ?? '')))
    const find = (path: string): Member | undefined => app.find((member) => member.path === path)
    expect(find('data/')).toMatchObject({ mode: 0o775, uid: 10001, gid: 0 })
    expect(find('tmp/')).toMatchObject({ mode: 0o1777, uid: 0 })
    expect(find('usr/bin/satchel')).toMatchObject({ type: 'SymbolicLink' })
    expect(find('usr/lib/satchel/launcher/launcher.py')).toMatchObject({ mode: 0o755 })
    expect(JSON.parse(find('usr/lib/satchel/launcher/launcher.json')?.bytes.toString() ?? '')).toMatchObject({
      channel: 'image',
      app: '/usr/lib/satchel/app',
      vendor: ['/usr/lib/satchel/vendor/py{python}'],
      state: '/data',
    })
    expect(find('usr/lib/satchel/app/core/static/core/build/manifest.json')).toBeDefined()
    expect(find('srv/share/doc/satchel/LICENSE')).toBeDefined()
  })

  it('is what docker load reads as well, with amd64 in front', async () => {
    const image = await openImage(archive)
    const [shown] = JSON.parse(image.bytes('manifest.json').toString())
    expect(shown.RepoTags).toEqual(['ghcr.io/satchel-team/satchel:1.2.0-lean'])
    expect(JSON.parse(image.bytes(shown.Config).toString()).architecture).toBe('amd64')
    expect(shown.Layers).toEqual(
      image.manifest('amd64').layers.map(({ digest }) => `blobs/${digest.replace(':', '/')}`),
    )
  })

  it('has the same bytes on another machine and from trees in another order', async () => {
    const again = shuffledWork(parts)
    await elsewhere(() => docker.build(again, config))
    expect(digestsOf(again)).toEqual({ [NAME]: sha256(archive).slice(7) })
  })

  it('of an application without collected files and dependencies has no empty layers', async () => {
    const facts = sampleFacts()
    const { collect: _, ...python } = facts.python
    const work = memoryWork({
      ...parts,
      facts: { ...facts, python },
      collected: plantTree({}),
      vendor: { 'py3.13-amd64': plantTree({}) },
    })
    await docker.build(work, docker.schema.parse({}))
    const image = await openImage(writtenFile(work, NAME))
    expect(image.manifest('amd64').layers).toHaveLength(2)
  })

  it('is refused when its base has another Python than its dependencies', async () => {
    const base = await fixtureBase('amd64', { python: { minor: '3.14', path: '/usr/bin/python3.14' } })
    const work = memoryWork({ bases: { 'lean@linux/amd64': base } })
    await expect(docker.build(work, docker.schema.parse({}))).rejects.toThrow('brings Python 3.14, not 3.13')
  })
})
