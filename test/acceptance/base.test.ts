import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseLock } from '../../scripts/lib/core/lock-file.ts'
import { type BaseListing, loadBase } from '../../scripts/lib/io/base-files.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { slipway } from '../support/release.ts'
import { describeWith, fullRun } from '../support/tool.ts'

const LOCK = join(import.meta.dirname, '../../sample/slipway.lock')

describeWith(['xz', 'apt-get'], 'an image base from the Debian archive, by the own client and by apt', () => {
  let dir = ''

  /** Plans and makes the base of the sample with nothing downloaded before. */
  async function digests(source: Record<string, string>, name: string): Promise<readonly string[]> {
    const out = join(dir, name)
    const env = { ...source, SLIPWAY_CACHE: join(dir, `${name}-cache`) }
    for (const words of [['plan', '--project', 'sample', '--allow-dirty', '--only', 'docker'], ['base']]) {
      const { exitCode, stderr } = await slipway([...words, '--out', out], { env })
      if (exitCode !== 0) throw new Error(stderr)
    }
    const { bases, drift } = await readStageJson<BaseListing>(join(out, 'base.json'), 'base')
    expect(drift).toEqual([])
    return bases['lean']?.['linux/amd64']?.layers.map(({ digest }) => digest) ?? []
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'slipway-sources-'))
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  it('has the same bytes', async () => {
    const [own] = await digests({}, 'http')
    const [apts] = await digests({ SLIPWAY_DEBIAN_MIRROR: 'apt' }, 'apt')
    expect(own).toMatch(/^sha256:/)
    expect(apts).toBe(own)
  })

  // Its packages lie outside the merged /usr, and no package brings the links
  it.runIf(fullRun)('is made of Debian 12 too, every program with its libraries', async () => {
    const project = join(dir, 'bookworm')
    await cp(join(import.meta.dirname, '../../sample'), project, { recursive: true })
    await rm(join(project, 'slipway.lock'))
    const config = await readFile(join(project, 'slipway.yaml'), 'utf8')
    await writeFile(join(project, 'slipway.yaml'), config.replace('debian: trixie', 'debian: bookworm'))
    const out = join(dir, 'bookworm-dist')
    const plan = ['plan', '--allow-dirty', '--only', 'docker', '--out', out]
    for (const words of [['lock'], plan]) {
      const { exitCode, stderr } = await slipway([...words, '--project', project])
      expect(exitCode, stderr).toBe(0)
    }
    const { exitCode, stderr } = await slipway(['base', '--out', out])
    expect(exitCode, stderr).toBe(0)
    const full = await loadBase(out, 'full', 'linux/amd64')
    expect(full.python).toEqual({ minor: '3.11', path: '/usr/bin/python3.11' })
    expect(full.packages.map(({ name }) => name)).toContain('postgresql-15')
    for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
      expect(full.view.get(name)).toMatchObject({ kind: 'link', target: `usr/${name}` })
    }
  })

  it('is locked for amd64 and arm64 by keys of the Debian archive', async () => {
    const trixie = parseLock(await readFile(LOCK, 'utf8')).debian['trixie']
    expect(trixie?.releases.map(({ suite }) => suite)).toEqual(['trixie', 'trixie-updates', 'trixie-security'])
    for (const { signers } of trixie?.releases ?? []) expect(signers.length).toBeGreaterThan(0)
    const { amd64 = [], arm64 = [] } = trixie?.layers['lean']?.packages ?? {}
    expect(arm64.map(({ name }) => name)).toEqual(amd64.map(({ name }) => name))
  })
})
