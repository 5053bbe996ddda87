import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import type { BuiltOutput } from '../../scripts/lib/core/artifact.ts'
import { parseLock } from '../../scripts/lib/core/lock-file.ts'
import type { DepsListing } from '../../scripts/lib/core/stages.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { openArchiveBlobs } from '../../scripts/lib/io/oci-blobs.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { type Member, members } from '../docker/images.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'
import { runFolder, sampleRelease } from '../support/release.ts'
import { describeWith } from '../support/tool.ts'

type BuiltImage = Extract<BuiltOutput, { kind: 'image' }>

const ROOT = join(import.meta.dirname, '../..')
const VARIANTS = ['lean', 'full'] as const

const WASTE =
  /\.pyc$|(?:^|\/)__pycache__\/|^var\/cache\/.|^var\/lib\/apt\/|^var\/lib\/dpkg\/info\/|^root\/.|\.deb$|\.whl$/
const SECRET = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n|(?:^|\n)[A-Z_]*SECRET_KEY=\S/
const CODE = /\.pyi?$|\.so(?:\.|$)|\.a$/ // where a library speaks of keys, or tests itself with one

const problems: readonly (readonly [what: string, has: (entry: Member) => boolean])[] = [
  ['runs as another user', ({ type, mode = 0 }) => type === 'File' && (mode & 0o6000) !== 0],
  ['can be written by everybody', ({ type, path, mode = 0 }) => type === 'File' && (mode & 0o002) !== 0 && path !== ''],
  ['belongs to a package cache', ({ type, path }) => type !== 'Directory' && WASTE.test(path)],
  ['is a device or pipe', ({ type }) => !['File', 'Directory', 'SymbolicLink'].includes(type)],
  ['holds a secret', ({ path, bytes }) => !CODE.test(path) && SECRET.test(bytes.toString('latin1'))],
  ['names a place of the build', ({ bytes }) => [runFolder, ROOT].some((place) => bytes.includes(place))],
]

describeWith(['skopeo', 'docker-registry', 'dpkg-deb'], 'the images of the sample', () => {
  let out = ''
  const images = new Map<string, BuiltImage>()
  const layers = new Map<string, readonly Member[]>() // by digest: what is shared is read once
  let registry: TestRegistry

  const image = (variant: string): BuiltImage => {
    const found = images.get(variant)
    if (found === undefined) throw new Error(`no ${variant} image`)
    return found
  }
  const archive = (variant: string): string => join(out, 'artifacts', image(variant).name)
  const contents = (variant: string): readonly Member[] =>
    image(variant).image.platforms.flatMap((one) => one.layers.flatMap(({ digest }) => layers.get(digest) ?? []))

  beforeAll(async () => {
    out = await sampleRelease()
    const { outputs } = await readStageJson<{ schema: 1; outputs: BuiltOutput[] }>(
      join(out, 'built/docker.json'),
      'build docker',
    )
    for (const output of outputs) {
      if (output.kind !== 'image') continue
      images.set(output.name.replace(/^.*-|\.oci\.tar$/g, ''), output)
      const blobs = await openArchiveBlobs(join(out, 'artifacts', output.name))
      for (const { digest } of output.image.platforms.flatMap((one) => one.layers)) {
        if (!layers.has(digest)) layers.set(digest, await members(gunzipSync(await gather(blobs.blob(digest).open()))))
      }
    }
    registry = await startRegistry()
  })
  afterAll(() => registry?.stop())

  it('share all layers but the one with PostgreSQL', () => {
    const [lean, full] = VARIANTS.map((variant) => image(variant).image.platforms[0]?.layers ?? [])
    expect(full?.map(({ name }) => name)).toEqual(['lean', 'postgresql', 'dependencies', 'static', 'app'])
    expect(full?.toSpliced(1, 1)).toEqual(lean)
  })

  it('are small enough to try: lean below 45 MB, full below 80 MB', () => {
    const sizes = VARIANTS.map(
      (variant) => image(variant).image.platforms[0]?.layers.reduce((sum, { size }) => sum + size, 0) ?? 0,
    )
    expect(sizes[0]).toBeLessThan(45e6)
    expect(sizes[1]).toBeLessThan(80e6)
    expect(sizes[0]).toBeGreaterThan(20e6)
  })

  it.each(problems)('hold no file that %s', (what, has) => {
    const found = [...layers.values()].flat().filter(has)
    expect(found.map(({ path }) => `${path} ${what}`)).toEqual([])
  })

  describe.each(VARIANTS)('%s', (variant) => {
    it('has the Debian packages of the lock, and says so to scanners', async () => {
      const lock = parseLock(await readFile(join(ROOT, 'sample/slipway.lock'), 'utf8')).debian['trixie']
      const locked = (variant === 'lean' ? ['lean'] : ['lean', 'postgresql'])
        .flatMap((layer) => lock?.layers[layer]?.packages.amd64 ?? [])
        .map(({ name, version, arch }) => `${name} ${version} ${arch}`)
      const records = contents(variant).filter(({ path }) =>
        /^var\/lib\/dpkg\/status\.d\/[^/]+(?<!\.md5sums)$/.test(path),
      )
      const said = records
        .filter(({ type }) => type === 'File')
        .map(({ bytes }) => {
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(bytes.toString())?.[1]
          return `${field('Package')} ${field('Version')} ${field('Architecture')}`
        })
      expect(said.toSorted()).toEqual(locked.toSorted())
    })

    it('has the Python packages of the requirements, and says so to scanners', async () => {
      const { trees } = await readStageJson<DepsListing>(join(out, 'deps.json'), 'deps')
      const pins = await readFile(join(ROOT, 'sample/requirements.txt'), 'utf8')
      const found = contents(variant).flatMap(({ path, bytes }) => {
        if (!/^usr\/lib\/satchel\/vendor\/py3\.13\/[^/]+\.dist-info\/METADATA$/.test(path)) return []
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(bytes.toString())?.[1] ?? ''
        return [
          `${field('Name')
            .toLowerCase()
            .replaceAll(/[-_.]+/g, '-')}==${field('Version')}`,
        ]
      })
      expect(found.toSorted()).toEqual(
        trees['py3.13-amd64']?.packages.map(({ name, version }) => `${name}==${version}`).toSorted(),
      )
      for (const pin of found) expect(pins).toContain(`${pin} `)
    })

    it('is described on the index, on each manifest and in each configuration', async () => {
      const blobs = await openArchiveBlobs(archive(variant))
      const json = async (digest: string) => JSON.parse(Buffer.from(await blobs.read(digest)).toString())
      const index = await json(image(variant).image.digest)
      const keys = ['title', 'description', 'version', 'created', 'url', 'source', 'licenses', 'authors']
      const wanted = keys.map((key) => `org.opencontainers.image.${key}`)
      for (const { digest } of index.manifests) {
        const manifest = await json(digest)
        const { config } = await json(manifest.config.digest)
        for (const described of [index.annotations, manifest.annotations, config.Labels]) {
          expect(Object.keys(described)).toEqual(expect.arrayContaining(wanted))
          expect(described['org.opencontainers.image.licenses']).toBe('Apache-2.0')
        }
      }
    })

    it('goes into a registry and back by skopeo with the same digest, and is a Docker archive as well', async () => {
      const [reference = ''] = image(variant).references
      const place = `docker://${registry.host}/demo:${reference.slice(reference.lastIndexOf(':') + 1)}`
      const policy = ['--insecure-policy', 'copy', '--all', '--preserve-digests'] as const
      const back = join(runFolder, `back-${variant}`)
      await run(['skopeo', ...policy, '--dest-tls-verify=false', `oci-archive:${archive(variant)}`, place])
      await run(['skopeo', ...policy, '--src-tls-verify=false', place, `oci:${back}`])
      const layout = JSON.parse(await readFile(join(back, 'index.json'), 'utf8'))
      expect(layout.manifests.map(({ digest }: { digest: string }) => digest)).toEqual([image(variant).image.digest])
      const legacy = JSON.parse(await run(['skopeo', 'inspect', '--config', `docker-archive:${archive(variant)}`]))
      expect(legacy.rootfs.diff_ids).toHaveLength(image(variant).image.platforms[0]?.layers.length ?? 0)
    })
  })
})
