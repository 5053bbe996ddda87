import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ReleaseError } from '../../scripts/lib/core/error.ts'
import { cachedFile } from '../../scripts/lib/io/cache.ts'
import { openIndexFile } from '../../scripts/lib/io/python-index.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { filesOf } from '../support/python-archive.ts'
import { slipway } from '../support/release.ts'
import { describeWith } from '../support/tool.ts'

// What upstream published, by its hashes.
const SDIST = ['bugsink-2.6.1.tar.gz', '696d363e6539be2aaecb70cba71e63fc5821489d6e2fda0e245df282b8d48268'] as const
const WHEEL = [
  'bugsink-2.6.1-py3-none-any.whl',
  '92686575d72d3b6b957400773f9b9a044019416114a1d4ef22a2dcd50372a2bd',
] as const

const STYLES = 'theme/static/css/dist/styles.css'
const INFO = 'bugsink-2.6.1.dist-info'
const CONFIGURATION = join(import.meta.dirname, 'bugsink.yaml')

type Files = Readonly<Record<string, string>>

const published = ([name, sha256]: readonly [string, string]): Promise<string> =>
  cachedFile(cacheFolder(), sha256, name, () => openIndexFile('bugsink', name))

const differing = (one: Files, other: Files): readonly string[] =>
  Object.keys(one).filter((path) => one[path] !== other[path])

const sortedNames = (files: Files): readonly string[] => Object.keys(files).sort()

describeWith(
  ['python3-venv', 'tar', 'root', 'unshare'],
  'bugsink 2.6.1, released from its sources by its own back end',
  () => {
    let lacking: string | undefined // what a registry does not have today says nothing of this project
    let folder = ''
    let upstream: Files
    let ours: Files

    const artifact = (name: string): string => join(folder, 'dist/artifacts', name)
    const members = async (path: string): Promise<Files> => filesOf(await readFile(path))

    async function release(): Promise<void> {
      const [sdist, wheel] = [await published(SDIST), await published(WHEEL)]
      await run(['tar', '-xzf', sdist, '-C', folder])
      const project = ['--project', join(folder, 'bugsink-2.6.1'), '--config', CONFIGURATION, '--allow-dirty']
      const { exitCode, stderr } = await slipway(['dry-run', ...project, '--out', join(folder, 'dist')])
      if (stderr.includes('NOT_IN_REGISTRY')) lacking = stderr.trimEnd().split('\n').slice(-3).join(' ')
      else if (exitCode !== 0) throw new Error(`the dry run of bugsink failed:\n${stderr}`)
      upstream = await members(wheel)
      if (lacking === undefined) ours = await members(artifact(WHEEL[0]))
    }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'slipway-bugsink-'))
      await release().catch((error: unknown) => {
        if (!(error instanceof ReleaseError && error.code === 'NOT_IN_REGISTRY')) throw error
        lacking = error.message
      })
    })
    afterAll(() => void process.stderr.write(lacking === undefined ? '' : `bugsink was not tried: ${lacking}\n`))
    beforeEach(({ skip }) => skip(lacking !== undefined, lacking))
    afterAll(() => rm(folder, { recursive: true, force: true }))

    it('has the style sheet that upstream published', () => {
      expect(upstream[STYLES]?.length).toBeGreaterThan(10_000)
      expect(ours[STYLES]).toBe(upstream[STYLES])
    })

    it("has the names of upstream's wheel, and other bytes in WHEEL and RECORD alone", () => {
      expect(sortedNames(ours)).toEqual(sortedNames(upstream))
      expect(sortedNames(ours)).toHaveLength(594)
      expect(differing(upstream, ours).toSorted()).toEqual([`${INFO}/RECORD`, `${INFO}/WHEEL`])
    })

    it("has the rows of upstream's RECORD, but for WHEEL", () => {
      const rows = (files: Files): readonly string[] =>
        (files[`${INFO}/RECORD`] ?? '')
          .split('\n')
          .filter((row) => !row.startsWith(`${INFO}/WHEEL,`))
          .toSorted()
      expect(rows(ours)).toEqual(rows(upstream))
    })

    it("has the files of upstream's sdist, its PKG-INFO included", async () => {
      const [one, other] = [await members(artifact(SDIST[0])), await members(await published(SDIST))]
      expect(sortedNames(one)).toEqual(sortedNames(other))
      const notes = /\.egg-info\/(SOURCES|top_level)\.txt$/ // setuptools writes them anew, each version in its way
      expect(differing(other, one).filter((path) => !notes.test(path))).toEqual([])
    })

    it('gives the same wheel to a person who builds the sdist, static file included', async () => {
      const words = ['-m', 'pip', 'wheel', '--quiet', '--no-deps', '--no-cache-dir', '--wheel-dir', folder]
      await run(['python3', '-m', 'venv', join(folder, 'venv')])
      await run([join(folder, 'venv/bin/python'), ...words, artifact(SDIST[0])], { inherit: true })
      const built = await members(join(folder, WHEEL[0]))
      expect(sortedNames(built)).toEqual(sortedNames(ours))
      const changed = differing(ours, built).filter((path) => !/\/(RECORD|WHEEL)$/.test(path))
      expect(changed).toEqual([])
    })

    it('gives it also from the source archive with static files, without network, Node and git', async () => {
      await run(['tar', '-xzf', artifact('bugsink-2.6.1-source-with-static.tar.gz'), '-C', join(folder, 'dist')])
      const [bin, source, to] = [join(folder, 'venv/bin'), join(folder, 'dist/bugsink-2.6.1'), join(folder, 'again')]
      // What pip fetches for a build, which is not there without network.
      await run([join(bin, 'pip'), 'install', '--quiet', 'setuptools>=69', 'setuptools_scm>=8'], { inherit: true })
      const words = ['wheel', '--quiet', '--no-index', '--no-build-isolation', '--no-deps', '--no-cache-dir']
      const alone = ['/usr/bin/unshare', '--net', join(bin, 'pip'), ...words, '--wheel-dir', to, source] as const
      await run(alone, { env: { PATH: `${bin}:/usr/sbin`, HOME: folder } })
      const built = await members(join(to, WHEEL[0]))
      expect(sortedNames(built)).toEqual(sortedNames(ours))
      expect(differing(ours, built).filter((path) => !/\/(RECORD|WHEEL)$/.test(path))).toEqual([])
    })
  },
)
