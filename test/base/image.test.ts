import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Header } from 'tar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { imageBase } from '../../scripts/base/image-base.ts'
import { imageChanges, lockImage } from '../../scripts/base/image-lock.ts'
import type { RegistryRequest } from '../../scripts/base/image-registry.ts'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { type ArchiveEntry, fileEntry } from '../../scripts/lib/archive/entry.ts'
import { tar } from '../../scripts/lib/archive/tar.ts'
import { parseLock, renderLock, unlocked } from '../../scripts/lib/core/lock-file.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { type ImageSpec, type LayerSpec, storedImage } from '../support/registry-image.ts'
import { scratch } from '../support/stage.ts'
import { type TokenRegistry, type TokenRegistryOptions, tokenRegistry } from '../support/token-registry.ts'

const STATUS = `Package: libc6
Status: install ok installed
Version: 2.41-12
Architecture: amd64

Package: gone
Status: deinstall ok config-files
Version: 1
Architecture: all
`
const dir = (path: string, mode = 0o755): ArchiveEntry => ({ kind: 'directory', path, mode })
const link = (path: string, target: string): ArchiveEntry => ({ kind: 'link', path, target })

const SYSTEM: readonly ArchiveEntry[] = [
  dir('etc', 0o751),
  fileEntry('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\napp:x:500:500::/:/bin/sh'),
  fileEntry('etc/old', 'old'),
  dir('etc/kept.d'),
  fileEntry('etc/kept.d/lower', 'lower'),
  link('lib', 'usr/lib'),
  fileEntry('usr/lib/ld-linux-x86-64.so.2', 'loader', 0o755),
  fileEntry('var/lib/dpkg/status', STATUS),
]
const PYTHON: readonly ArchiveEntry[] = [
  fileEntry('etc/.wh.old', ''),
  fileEntry('etc/kept.d/upper', 'upper'),
  fileEntry('etc/kept.d/.wh..wh..opq', ''), // after what it must not hide
  link('usr/local/bin/python3', 'python3.13'),
  fileEntry('usr/local/bin/python3.13', 'program', 0o755),
]
const ENV = ['PATH=/usr/local/bin:/usr/bin:/bin', 'PYTHON_VERSION=3.13.5']

const image = (changes: Partial<ImageSpec> = {}, more: readonly LayerSpec[] = []) =>
  storedImage({
    layers: [{ entries: SYSTEM }, { entries: PYTHON }, ...more],
    config: { Env: ENV, Labels: { vendor: 'ada' } },
    ...changes,
  })

interface Made {
  readonly registry: TokenRegistry
  readonly request: RegistryRequest
  readonly cache: string
}

async function served(options: TokenRegistryOptions, tag = '1'): Promise<Made> {
  const registry = await tokenRegistry(options)
  const name = `${registry.host}/team/base:${tag}`
  const request: RegistryRequest = { kind: 'registry', name: 'lean', image: name, platforms: ['linux/amd64'] }
  return { registry, request, cache: await scratch() }
}

const lockOf = async ({ request, cache }: Made) => ({
  schema: 1 as const,
  debian: {},
  images: { [request.image]: await lockImage(request, { cache, report: silentReport }) },
})

async function baseOf(made: Made) {
  const stage = { cache: made.cache, report: silentReport }
  return imageBase(stage, await lockOf(made), await scratch(), made.request, 'linux/amd64')
}

afterEach(() => vi.unstubAllEnvs())

describe('a base from a registry', () => {
  it('keeps the layers byte for byte and adds one with the user of the application', async () => {
    const stored = await image()
    const base = await baseOf(await served({ image: stored }))
    const [system, python, users] = base.layers
    expect(base.layers.map(({ name }) => name)).toEqual(['base-1', 'base-2', 'users'])
    for (const layer of [system, python]) {
      const bytes = layer === undefined ? undefined : Buffer.from(await gather(layer.bytes.open()))
      expect(bytes).toEqual(stored.blobs.get(layer?.digest ?? ''))
      expect(layer?.mediaType).toBe('application/vnd.oci.image.layer.v1.tar+gzip')
    }
    expect(users?.digest).toMatch(/^sha256:/)
    expect(base.view.get('etc')).toMatchObject({ kind: 'directory', mode: 0o751 })
    expect(base.config).toEqual({ env: ENV, labels: { vendor: 'ada' } })
    expect(base.python).toEqual({ minor: '3.13', path: '/usr/local/bin/python3' })
    expect(base.origin).toMatchObject({ digest: stored.digest })
    expect(base.packages).toEqual([{ name: 'libc6', version: '2.41-12', architecture: 'amd64' }])
  })

  it('applies whiteouts to the layers below only', async () => {
    const { view } = await baseOf(await served({ image: await image() }))
    expect(view.has('etc/old')).toBe(false)
    expect(view.has('etc/kept.d/lower')).toBe(false)
    expect(view.get('etc/kept.d/upper')).toMatchObject({ kind: 'file' })
    expect([...view.keys()].filter((path) => path.includes('.wh.'))).toEqual([])
  })

  it('sees a folder that hides a link of the base, as the overlay of a runtime does', async () => {
    const hiding = { entries: [fileEntry('lib/late', 'late')] }
    const { view } = await baseOf(await served({ image: await image({}, [hiding]) }))
    expect(view.get('lib')).toMatchObject({ kind: 'directory' })
    const replacing = { entries: [fileEntry('etc/kept.d', 'now a file')] }
    const { view: other } = await baseOf(await served({ image: await image({}, [replacing]) }))
    expect(other.get('etc/kept.d')).toMatchObject({ kind: 'file' })
    expect(other.has('etc/kept.d/upper')).toBe(false)
  })

  it.each(['zstd', 'plain'] as const)('takes %s layers as they are', async (form) => {
    const layers = [{ entries: [...SYSTEM, ...PYTHON], form }]
    const stored = await image({ layers })
    const base = await baseOf(await served({ image: stored }))
    expect(stored.blobs.has(base.layers[0]?.digest ?? '')).toBe(true)
    expect(base.python.minor).toBe('3.13')
  })

  it("takes Docker's own kinds of documents, and names its layers as OCI does", async () => {
    const stored = await image({ dialect: 'docker', platforms: ['linux/arm64', 'linux/amd64', 'windows/amd64'] })
    const made = await served({ image: stored })
    const lock = await lockOf(made)
    expect(Object.keys(lock.images[made.request.image]?.platforms ?? {}).sort()).toEqual(['amd64', 'arm64'])
    const base = await baseOf(made)
    expect(base.layers[0]?.mediaType).toBe('application/vnd.oci.image.layer.v1.tar+gzip')
  })

  it('counts a hard link as one more file, with what is known of it', async () => {
    const block = Buffer.alloc(512)
    new Header({ path: 'etc/passwd', linkpath: 'srv/etc/passwd', type: 'Link', size: 0, mode: 0o644 }).encode(block)
    const users = [fileEntry('srv/etc/passwd', 'web:x:10001:0::/:/bin/sh\n')]
    const archive = await gather(tar(users, { dialect: 'ustar', epoch: 1, owner: '' }))
    const entries = Buffer.concat([archive.subarray(0, 1024), block, Buffer.alloc(1024)])
    const base = await baseOf(await served({ image: await image({}, [{ entries }]) }))
    expect(base.view.get('etc/passwd')).toMatchObject({ kind: 'file', mode: 0o644 })
    expect(base.layers.map(({ name }) => name)).toEqual(['base-1', 'base-2', 'base-3']) // the linked list has the number
  })

  it('edits the list of users only where nobody has the number, and under a name that is free', async () => {
    const known = { entries: [fileEntry('etc/passwd', 'web:x:10001:0::/:/bin/sh\n')] }
    const base = await baseOf(await served({ image: await image({}, [known]) }))
    expect(base.layers.map(({ name }) => name)).toEqual(['base-1', 'base-2', 'base-3'])
    const none = { layers: [{ entries: [...SYSTEM.slice(5), ...PYTHON] }] }
    const bare = await baseOf(await served({ image: await image(none) }))
    expect(bare.view.get('etc/group')).toMatchObject({ kind: 'file' })
  })

  it.each([
    ['no-python', SYSTEM, 'has no Python on its PATH'],
    ['musl', [fileEntry('lib/ld-musl-x86_64.so.1', 'loader', 0o755), ...PYTHON], 'is built on musl'],
    ['static', PYTHON, 'has no dynamic loader of glibc'],
  ])('without what an application needs is refused by name (%s)', async (_, entries, message) => {
    const made = await served({ image: await image({ layers: [{ entries }] }) })
    await expect(baseOf(made)).rejects.toThrow(message)
  })

  it('refuses layers whose bytes are not their digest, their size or their diff_id', async () => {
    const stored = await image()
    const [digest = ''] = [...stored.blobs].find(([, bytes]) => bytes[0] === 0x1f) ?? []
    const bytes = Buffer.from(stored.blobs.get(digest) ?? [])
    const other = Buffer.from(bytes).fill(1, bytes.length - 4)
    const changed = { ...stored, blobs: new Map([...stored.blobs, [digest, other]]) }
    await expect(baseOf(await served({ image: changed }))).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
    const longer = { ...stored, blobs: new Map([...stored.blobs, [digest, Buffer.concat([bytes, bytes])]]) }
    await expect(baseOf(await served({ image: longer }))).rejects.toThrow('has not the')
    const made = await served({ image: stored })
    const lock = await lockOf(made)
    const text = renderLock(lock).replaceAll(/diffId: sha256:\w{4}/g, 'diffId: sha256:0000')
    const stage = { cache: made.cache, report: silentReport }
    const wrong = imageBase(stage, parseLock(text), await scratch(), made.request, 'linux/amd64')
    await expect(wrong).rejects.toThrow('is not its diff_id')
  })
})

describe('the lock of a base from a registry', () => {
  it('reads as it was written and says what changed', async () => {
    const before = await served({ image: await image() })
    const lock = await lockOf(before)
    expect(parseLock(renderLock(lock))).toEqual(lock)
    const locked = lock.images[before.request.image]
    const later = await served({ image: await image({}, [{ entries: [fileEntry('new', 'new')] }]) })
    const now = await lockImage(later.request, { cache: later.cache, report: silentReport })
    expect(imageChanges('base', locked, now)).toEqual([
      expect.stringMatching(/^base amd64: sha256:\w+ -> sha256:\w+ \(3 layers, 2 of them as before\)$/),
    ])
    expect(imageChanges('base', now, now)).toEqual([])
    expect(imageChanges('base', undefined, now)).toEqual([expect.stringContaining('(3 layers)')])
  })

  it('tells what it lacks: the base, or one machine of it', async () => {
    const made = await served({ image: await image() })
    const both: RegistryRequest = { ...made.request, platforms: ['linux/amd64', 'linux/arm64'] }
    const [missing, ...more] = unlocked(await lockOf(made), [both])
    expect(missing?.message).toContain('has no image for linux/arm64')
    expect(more).toEqual([])
    expect(unlocked(parseLock(undefined), [made.request])[0]?.message).toContain('is not in slipway.lock')
    await expect(lockImage(both, { cache: made.cache, report: silentReport })).rejects.toThrow(
      'no image for linux/arm64',
    )
  })
})

describe('the registry of a base', () => {
  it('is asked with a token, which never reaches the host that keeps the blobs', async () => {
    const { registry, ...made } = await served({ image: await image() })
    await baseOf({ registry, ...made })
    const tokens = registry.asked.filter(({ server }) => server === 'token')
    expect(tokens[0]?.url).toBe('/token?service=registry.test&scope=repository%3Ateam%2Fbase%3Apull')
    expect(tokens[0]?.authorization).toBeUndefined()
    const storage = registry.asked.filter(({ server }) => server === 'storage')
    expect(storage.length).toBeGreaterThan(0)
    expect(storage.map(({ authorization }) => authorization)).toEqual(storage.map(() => undefined))
    const first = registry.asked.find(({ url }) => url.includes('/manifests/'))
    expect(first?.accept).toContain('application/vnd.oci.image.index.v1+json')
    expect(first?.accept).toContain('application/vnd.docker.distribution.manifest.v2+json')
  })

  it('is not asked again for what the cache has', async () => {
    const { registry, ...made } = await served({ image: await image() })
    const lock = await lockOf({ registry, ...made })
    const build = async () =>
      imageBase({ cache: made.cache, report: silentReport }, lock, await scratch(), made.request, 'linux/amd64')
    await build()
    registry.asked.length = 0
    await build()
    expect(registry.asked).toEqual([])
  })

  it('gets the login of this machine where it wants one, and is explained without', async () => {
    const made = await served({ image: await image(), login: 'ada:lovelace' })
    await expect(baseOf(made)).rejects.toMatchObject({
      code: 'NOT_IN_REGISTRY',
      hint: expect.stringContaining(`docker login ${made.registry.host}`),
    })
    const folder = await scratch()
    await mkdir(folder, { recursive: true })
    const auth = Buffer.from('ada:lovelace').toString('base64')
    await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [made.registry.host]: { auth } } }))
    vi.stubEnv('DOCKER_CONFIG', folder)
    expect((await baseOf(made)).python.minor).toBe('3.13')
  })

  it('may be asked for a digest, also beside a tag', async () => {
    const stored = await image()
    for (const name of [`base@${stored.digest}`, `base:1.0@${stored.digest}`]) {
      const made = await served({ image: stored })
      const request = { ...made.request, image: `${made.registry.host}/team/${name}` }
      expect((await baseOf({ ...made, request })).origin?.digest).toBe(stored.digest)
    }
  })

  it('says that a tag does not exist', async () => {
    const made = await served({ image: await image() }, 'other')
    await expect(baseOf(made)).rejects.toMatchObject({ code: 'NOT_IN_REGISTRY' })
  })

  it.each([
    ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'schema 1 of 2015'],
    ['text/html', 'is of the kind text/html'],
  ])('that answers with %s is refused by name', async (type, message) => {
    const body = JSON.stringify({ schemaVersion: 1, fsLayers: [] })
    const answer: NonNullable<TokenRegistryOptions['answer']> = (_, response) => {
      response.writeHead(200, { 'content-type': type }).end(body)
      return true
    }
    await expect(baseOf(await served({ image: await image(), answer }))).rejects.toThrow(message)
  })

  it('that gives another manifest than its digest is refused', async () => {
    const stored = await image()
    const answer: NonNullable<TokenRegistryOptions['answer']> = (request, response) => {
      if (request.url?.includes('/manifests/sha256:') !== true) return false
      response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end('{}')
      return true
    }
    const made = await served({ image: stored, answer })
    await expect(baseOf(made)).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
  }, 60_000)
})
