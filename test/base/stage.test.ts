import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type DebianRequest, lockSuite } from '../../scripts/base/lock.ts'
import { lockChanges } from '../../scripts/base/lock-changes.ts'
import { directory } from '../../scripts/base/sources.ts'
import { makeBase } from '../../scripts/base/stage.ts'
import { orSuccessor } from '../../scripts/base/successor.ts'
import { fileEntry } from '../../scripts/lib/archive/entry.ts'
import { type LockedSuite, parseLock, renderLock } from '../../scripts/lib/core/lock-file.ts'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import { loadBase, loadBaseListing } from '../../scripts/lib/io/base-files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { type ArchiveKey, archiveKey, type FixturePackage, writeMirror } from '../support/debian-mirror.ts'

const now = Math.floor(Date.now() / 1000)
const roots = ['python3', 'base-files']
const request: DebianRequest = {
  kind: 'debian',
  name: 'lean',
  suite: 'trixie',
  layers: [{ name: 'lean', roots }],
  platforms: ['linux/amd64', 'linux/arm64'],
}
const full: DebianRequest = {
  ...request,
  name: 'full',
  layers: [...request.layers, { name: 'more', roots: ['extra'] }],
}

const packages = (tzdata: string): FixturePackage[] => [
  {
    name: 'base-files',
    version: '13',
    entries: [
      { kind: 'link', path: 'lib', target: 'usr/lib' },
      { kind: 'directory', path: 'tmp', mode: 0o1777 },
    ],
  },
  {
    name: 'python3',
    version: '3.13.5-1',
    fields: { Depends: 'tzdata, mawk' },
    entries: [
      { kind: 'link', path: 'usr/bin/python3', target: 'python3.13' },
      fileEntry('usr/bin/python3.13', 'program', 0o755),
    ],
  },
  { name: 'tzdata', version: tzdata, entries: [fileEntry('usr/share/zoneinfo/UTC', tzdata)] },
  { name: 'extra', version: '1', fields: { Depends: 'tzdata' }, entries: [fileEntry('lib/extra', 'extra')] },
]

describe('the base stage', () => {
  let dir: string
  let key: ArchiveKey
  let suite: LockedSuite

  const lockOptions = () => ({
    keys: [key.armored],
    cache: join(dir, 'cache'),
    report: silentReport,
    source: join(dir, 'mirror'),
  })

  async function stageOf(out: string, bases: Plan['bases']) {
    await mkdir(join(out, 'inputs'), { recursive: true })
    await writeFile(
      join(out, 'inputs', 'slipway.lock'),
      renderLock({ schema: 1, debian: { trixie: suite }, images: {} }),
    )
    const plan = { bases } as unknown as Plan
    return { plan, out, cache: join(dir, 'cache'), report: silentReport }
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'slipway-base-'))
    key = await archiveKey()
    await writeMirror(join(dir, 'mirror'), key, { suite: 'trixie', date: now - 100, packages: packages('2026a') })
    suite = await lockSuite([request, full], undefined, lockOptions())
    vi.stubEnv('SLIPWAY_DEBIAN_MIRROR', join(dir, 'mirror'))
  })

  afterAll(async () => {
    vi.unstubAllEnvs()
    await rm(dir, { recursive: true, force: true })
  })

  it('locks each layer for both architectures, with what was left out on purpose', () => {
    expect(suite.layers['lean']?.packages.arm64.map(({ name }) => name)).toEqual(['base-files', 'python3', 'tzdata'])
    expect(suite.layers['more']).toMatchObject({ above: 'lean', epoch: 1_700_000_000 })
    expect(suite.layers['more']?.packages.amd64.map(({ name }) => name)).toEqual(['extra'])
    expect(suite.dropped).toEqual(['mawk (wanted by python3)'])
    const text = renderLock({ schema: 1, debian: { trixie: suite }, images: {} })
    expect(renderLock(parseLock(text))).toBe(text)
  })

  it('says what a new lock changes, and refuses a mirror that has fallen behind', async () => {
    const [lean] = Object.values(suite.layers)
    const changed = { ...suite, layers: { lean: { ...lean, packages: { amd64: [], arm64: [] } } } } as LockedSuite
    expect(lockChanges(changed, suite)).toContain('lean amd64: + tzdata 2026a')
    const newer = { ...suite, releases: suite.releases.map((one) => ({ ...one, date: one.date + 1 })) }
    await expect(lockSuite([request], newer, lockOptions())).rejects.toThrow('is older than the one in slipway.lock')
  })

  it('leaves layers and a view, with lean as the first layer of full, byte for byte', async () => {
    const out = join(dir, 'dist')
    await makeBase(await stageOf(out, [request, full]))
    const [lean, more] = [await loadBase(out, 'lean', 'linux/amd64'), await loadBase(out, 'full', 'linux/amd64')]
    expect(more.layers.map(({ name }) => name)).toEqual(['lean', 'more'])
    expect(more.layers[0]?.digest).toBe(lean.layers[0]?.digest)
    expect(lean.python).toEqual({ minor: '3.13', path: '/usr/bin/python3.13' })
    expect(more.view.get('usr/lib/extra')).toMatchObject({ kind: 'file' })
    expect((await loadBaseListing(out)).drift).toEqual([])
  })

  it('gives the same layers under another time zone and umask', async () => {
    const before = await loadBase(join(dir, 'dist'), 'lean', 'linux/arm64')
    vi.stubEnv('TZ', 'Pacific/Kiritimati')
    const mask = process.umask(0o077)
    await rm(join(dir, 'cache', 'layers'), { recursive: true })
    await makeBase(await stageOf(join(dir, 'dist-2'), [request])).finally(() => process.umask(mask))
    vi.stubEnv('TZ', undefined)
    const after = await loadBase(join(dir, 'dist-2'), 'lean', 'linux/arm64')
    expect(after.layers.map(({ digest }) => digest)).toEqual(before.layers.map(({ digest }) => digest))
  })

  it('takes a layer that it made before, and makes one again whose bytes are not what they were', async () => {
    const layers = join(dir, 'cache', 'layers')
    const before = await loadBase(join(dir, 'dist'), 'lean', 'linux/amd64')
    await rm(join(dir, 'cache', 'sha256'), { recursive: true })
    vi.stubEnv('SLIPWAY_DEBIAN_MIRROR', join(dir, 'nowhere'))
    await makeBase(await stageOf(join(dir, 'dist-4'), [request]))
    vi.stubEnv('SLIPWAY_DEBIAN_MIRROR', join(dir, 'mirror'))
    for (const name of await readdir(layers)) await writeFile(join(layers, name, 'layer.tar.gz'), 'other bytes')
    await makeBase(await stageOf(join(dir, 'dist-5'), [request]))
    for (const out of ['dist-4', 'dist-5']) {
      const after = await loadBase(join(dir, out), 'lean', 'linux/amd64')
      expect(after).toMatchObject({ layers: [{ digest: before.layers[0]?.digest }], view: before.view })
    }
  })

  it('notices a layer that somebody changed', async () => {
    const path = join(dir, 'dist-2', 'base', 'lean', 'amd64', `layer-1`)
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.from('x')]))
    await expect(loadBase(join(dir, 'dist-2'), 'lean', 'linux/amd64')).rejects.toMatchObject({ code: 'TREE_CHANGED' })
  })

  it('refuses roots that the lock does not know', async () => {
    const other = { ...request, layers: [{ name: 'lean', roots: ['python3'] }] }
    await expect(makeBase(await stageOf(join(dir, 'dist-3'), [other]))).rejects.toThrow('has other roots')
  })

  it('takes the successor of a package that is gone, says so and records it', async () => {
    const mirror = join(dir, 'later')
    await writeMirror(mirror, key, { suite: 'trixie', date: now - 50, packages: packages('2026b') })
    const locked = suite.layers['lean']?.packages.amd64.find(({ name }) => name === 'tzdata')
    const drift: { locked: string; used: string }[] = []
    const notices: string[] = []
    const report = { ...silentReport, notice: (text: string) => void notices.push(text) }
    const stage = { cache: join(dir, 'other-cache'), report }
    const fetch = orSuccessor('trixie', directory(mirror), stage, drift, async () => [key.armored])
    if (locked === undefined) throw new Error('tzdata is not locked')
    expect((await fetch(locked, 'amd64')).locked.version).toBe('2026b')
    expect(drift).toEqual([{ locked: 'tzdata=2026a:amd64', used: 'tzdata=2026b:amd64' }])
    expect(notices).toEqual([expect.stringContaining('tzdata=2026a:amd64 is gone from every mirror')])
  })

  it('refuses a package whose bytes are not the locked ones', async () => {
    const mirror = join(dir, 'tampered')
    await writeMirror(mirror, key, { suite: 'trixie', date: now - 50, packages: packages('2026a ') })
    const locked = suite.layers['lean']?.packages.amd64.find(({ name }) => name === 'tzdata')
    if (locked === undefined) throw new Error('tzdata is not locked')
    const path = join(mirror, locked.path)
    await writeFile(path, 'other bytes')
    const stage = { cache: join(dir, 'third-cache'), report: silentReport }
    const fetch = orSuccessor('trixie', directory(mirror), stage, [], async () => [key.armored])
    await expect(fetch(locked, 'amd64')).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
  })
})
