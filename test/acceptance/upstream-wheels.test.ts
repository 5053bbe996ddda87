import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { cachedFile } from '../../scripts/lib/io/cache.ts'
import { openIndexFile } from '../../scripts/lib/io/python-index.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { filesOf } from '../support/python-archive.ts'
import { slipway } from '../support/release.ts'
import { describeWith, fullRun } from '../support/tool.ts'

interface Published {
  readonly name: string
  readonly version: string
  readonly sdist: string // sha256, as the index has it
  readonly wheel: string
  readonly members: number
  readonly built: { readonly below: string; readonly count: number } // what the front end made
}

// bugsink is bugsink.test.ts.
const PUBLISHED: readonly Published[] = [
  {
    name: 'glances',
    version: '4.5.8',
    sdist: 'a1e5ed5a6488964a576d550a420c91af6f2c7c2d8df8e9fbe67c98eb38bacf3b',
    wheel: '0634e63f656bc270970117e352fc085dc666395be93f5ba7db48dc2104224f7f',
    members: 231,
    built: { below: 'glances/outputs/static/public/', count: 3 },
  },
  {
    name: 'tiled',
    version: '0.2.20',
    sdist: 'b7d977c9a02dcea5506e7ba738e675ae767689b93e91fecff1175f67d09c55d0',
    wheel: '4086fb9db00622e9da977874863461f2eca5af1058c289e245fb959cc0697b02',
    members: 294,
    built: { below: 'tiled-0.2.20.data/data/share/tiled/ui/', count: 65 },
  },
]

describeWith(
  ['tar', 'git'],
  'an application from the Python index, released from its sources by its own back end',
  () => {
    it.runIf(fullRun).for(PUBLISHED)('$name $version has the wheel that upstream published', async (one, { skip }) => {
      const folder = await mkdtemp(join(tmpdir(), 'slipway-upstream-'))
      onTestFinished(() => rm(folder, { recursive: true, force: true }))
      const top = `${one.name}-${one.version}`
      const [sdist, wheel] = [`${top}.tar.gz`, `${top}-py3-none-any.whl`]
      const published = (file: string, sha256: string): Promise<string> =>
        cachedFile(cacheFolder(), sha256, file, () => openIndexFile(one.name, file))
      await run(['tar', '-xzf', await published(sdist, one.sdist), '-C', folder])
      const config = join(import.meta.dirname, `${one.name}.yaml`)
      const project = ['--project', join(folder, top), '--config', config, '--allow-dirty', '--only', 'pypi']
      const { exitCode, stderr } = await slipway(['dry-run', ...project, '--out', join(folder, 'dist')])
      skip(stderr.includes('NOT_IN_REGISTRY'), 'the registry lacks something that it is built of')
      expect(exitCode, stderr).toBe(0)
      const upstream = await filesOf(await readFile(await published(wheel, one.wheel)))
      const ours = await filesOf(await readFile(join(folder, 'dist/artifacts', wheel)))
      expect(Object.keys(ours).sort()).toEqual(Object.keys(upstream).sort())
      expect(Object.keys(ours)).toHaveLength(one.members)
      expect(Object.keys(ours).filter((path) => path.startsWith(one.built.below))).toHaveLength(one.built.count)
      const other = Object.keys(upstream).filter((path) => ours[path] !== upstream[path])
      expect(other.sort()).toEqual([`${top}.dist-info/RECORD`, `${top}.dist-info/WHEEL`])
    })
  },
)
