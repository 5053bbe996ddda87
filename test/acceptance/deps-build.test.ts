import { existsSync, readFileSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeDeps } from '../../scripts/deps/deps.ts'
import type { BuildRule, Target } from '../../scripts/lib/core/facts.ts'
import type { DepsListing } from '../../scripts/lib/core/stages.ts'
import { UV_VERSION } from '../../scripts/lib/core/tool-versions.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { saveTree } from '../../scripts/lib/io/tree-files.ts'
import { sampleFacts } from '../support/facts.ts'
import { scratch, testStage } from '../support/stage.ts'
import { describeWith, fullRun } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'

// Files of the Python index: neither has a wheel for Python 3.
const LANGDETECT = 'cbc1fef89f8d062739774bd51eda3da3274006b3661d199c2655f6b3f6d605a0'
const PSYCOPG2 = '12ec0b40b0273f95296233e8750441339298e6a572f7039da5b260e3c8b60e11'
const SIX = '4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274'

const pure: BuildRule = { native: false, packages: [] }

interface Wish {
  readonly requirements: string
  readonly build: Readonly<Record<string, BuildRule>>
  readonly targets: readonly Target[]
}

/** The cache of this machine, but for wheels that were built before. */
async function ownCache(): Promise<string> {
  const [shared, own] = [cacheFolder(), await scratch()]
  for (const name of ['uv', 'tools', 'sha256', 'roots']) {
    await mkdir(join(shared, name), { recursive: true })
    await symlink(join(shared, name), join(own, name))
  }
  return own
}

/** Runs the stage in folders of its own, nothing of an earlier build at hand. */
async function resolved({ requirements, build, targets }: Wish): Promise<{ listing: DepsListing; vendor: string }> {
  const { python: sample, runtime } = sampleFacts()
  const { collect: _, ...python } = sample
  const { stage } = await testStage(
    {
      python: {
        ...python,
        native: Object.values(build).some(({ native }) => native),
        requirements: ['requirements.txt'],
      },
      runtime: { ...runtime, services: [] },
      deps: { wheels: [], floor: 'manylinux_2_28', build },
      tools: { node: {}, managers: {}, uv: UV_VERSION },
    },
    { targets },
  )
  await saveTree(stage.out, 'source', plantTree({ 'requirements.txt': requirements }))
  await makeDeps({ ...stage, cache: await ownCache() })
  const listing: DepsListing = JSON.parse(readFileSync(join(stage.out, 'deps.json'), 'utf8'))
  return { listing, vendor: join(stage.out, 'vendor') }
}

describe('a pure dependency without a wheel', () => {
  const wish: Wish = {
    requirements: `langdetect==1.0.9 --hash=sha256:${LANGDETECT}\nsix==1.17.0 --hash=sha256:${SIX}\n`,
    build: { LangDetect: pure },
    targets: [
      { python: '3.12', arch: 'arm64' },
      { python: '3.13', arch: 'amd64' },
    ],
  }

  it('is built once from its locked source archive, for every Python and machine', { timeout: 120_000 }, async () => {
    const { listing, vendor } = await resolved(wish)
    expect(listing.locked).toBe(true)
    expect(listing.built).toMatchObject([
      {
        ...{ name: 'langdetect', version: '1.0.9', native: false, packages: [] },
        sdist: { name: 'langdetect-1.0.9.tar.gz', sha256: LANGDETECT },
        wheel: { name: 'langdetect-1.0.9-py3-none-any.whl' },
      },
    ])
    const [one, two] = [listing.trees['py3.12-arm64'], listing.trees['py3.13-amd64']]
    expect(one?.packages.map(({ name }) => name)).toEqual(['langdetect', 'six'])
    expect(one).toEqual(two)
    const script = 'import langdetect; print(langdetect.detect("Wer reitet so spät durch Nacht und Wind?"))'
    const path = join(vendor, 'py3.13-amd64')
    expect(await run(['python3', '-c', script], { env: { PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' } })).toBe(
      'de\n',
    )
    expect((await resolved(wish)).listing.built).toEqual(listing.built)
  })

  it('is a finding where the configuration does not name it, with the line to write', async () => {
    await expect(resolved({ ...wish, build: {} })).rejects.toMatchObject({
      code: 'DEPS_UNRESOLVED',
      message: expect.stringContaining('no wheel for Python 3.12 on arm64: langdetect==1.0.9'),
      hint: expect.stringContaining('Write `build: { langdetect: {} }` below `deps:` in slipway.yaml'),
    })
  })
})

describeWith(['root', 'mmdebstrap'], 'a dependency with native code without a wheel', () => {
  const native: BuildRule = { native: true, packages: ['libpq-dev'] }
  const requirements = `psycopg2==2.9.10 --hash=sha256:${PSYCOPG2}\n`

  const emulates = ['qemu-aarch64', 'qemu-x86_64'].some((name) => existsSync(`/proc/sys/fs/binfmt_misc/${name}`))

  it.skipIf(emulates)('for a machine that this one cannot be is a finding', async () => {
    const foreign = process.arch === 'arm64' ? 'amd64' : 'arm64'
    const targets: readonly Target[] = [{ python: '3.13', arch: foreign }]
    await expect(resolved({ requirements, build: { psycopg2: native }, targets })).rejects.toMatchObject({
      code: 'DEPS_UNRESOLVED',
      message: `psycopg2 cannot be built for py3.13-${foreign}: this machine cannot run ${foreign} programs`,
    })
  })

  it.runIf(fullRun)(
    'is built in a clean root of each target, twice to the same bytes',
    { timeout: 1_800_000 },
    async () => {
      const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'
      const targets: readonly Target[] = ['3.11', '3.13'].map((python) => ({ python, arch }))
      const wish: Wish = { requirements, build: { psycopg2: native }, targets }
      const { listing } = await resolved(wish)
      expect(
        listing.built?.map(({ place, wheel }) => `${place}: ${wheel.name.split('-').slice(2, 4).join('-')}`),
      ).toEqual([`Debian bookworm ${arch}: cp311-cp311`, `Debian trixie ${arch}: cp313-cp313`])
      for (const { packages } of listing.built ?? []) expect(packages.join('\n')).toMatch(/^libpq-dev \d/m)
      const library = listing.trees[`py3.13-${arch}`]?.files.find(({ path }) => /_psycopg\..*\.so$/.test(path))
      expect(library?.path).toContain('cpython-313-')
      const again = await resolved(wish)
      expect(again.listing.built).toEqual(listing.built)
      expect(again.listing.trees).toEqual(listing.trees)
    },
  )

  it.runIf(fullRun)('whose build misses a library says which key names it', { timeout: 900_000 }, async () => {
    const rule: BuildRule = { native: true, packages: [] }
    const targets: readonly Target[] = [{ python: '3.13', arch: process.arch === 'arm64' ? 'arm64' : 'amd64' }]
    await expect(resolved({ requirements, build: { psycopg2: rule }, targets })).rejects.toMatchObject({
      message: expect.stringContaining('psycopg2 2.9.10 could not be built (Debian trixie'),
      hint: expect.stringContaining('build-depends'),
    })
  })

  it.runIf(fullRun)('that turns out to be pure is a finding with the line to write', { timeout: 900_000 }, async () => {
    const wish: Wish = {
      requirements: `langdetect==1.0.9 --hash=sha256:${LANGDETECT}\n`,
      build: { langdetect: { native: true, packages: [] } },
      targets: [{ python: '3.13', arch: process.arch === 'arm64' ? 'arm64' : 'amd64' }],
    }
    await expect(resolved(wish)).rejects.toMatchObject({
      message: expect.stringContaining('langdetect is pure Python, as its build shows'),
      hint: expect.stringContaining('`langdetect: { native: false }`'),
    })
  })
})
