import { copyFile, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { MEDIA_TYPES } from '../../scripts/lib/core/artifact.ts'
import type { Command } from '../../scripts/lib/core/format.ts'
import { type Plan, promisedOutputs } from '../../scripts/lib/core/plan.ts'
import { debianRoot, unpackRoot } from '../../scripts/lib/io/debian-root.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { sampleRelease } from '../support/release.ts'
import { describeWith, fullRun } from '../support/tool.ts'

const PIP = [
  'python3',
  '-m',
  'pip',
  'wheel',
  '--no-index',
  '--no-build-isolation',
  '--no-deps',
  '--no-cache-dir',
] as const

const SYSTEMS = [
  ['bookworm', '3.11'],
  ['trixie', '3.13'],
] as const

describeWith(['root', 'unshare', 'mmdebstrap', 'python3-venv'], 'the sdist of the sample', () => {
  let wheel = ''
  let sdist = ''

  beforeAll(async () => {
    const out = await sampleRelease()
    const outputs = promisedOutputs(await readStageJson<Plan>(join(out, 'plan.json'), 'plan'))
    wheel = join(out, 'artifacts', outputs.find(({ name }) => name.endsWith('.whl'))?.name ?? '')
    sdist = wheel.replace(/-py3-none-any\.whl$/, '.tar.gz')
    expect(outputs).toContainEqual(
      expect.objectContaining({ name: sdist.split('/').at(-1), mediaType: MEDIA_TYPES.tarGzip }),
    )
  })

  /** The wheel that pip makes of the sdist, without network, on a system below `root`. */
  async function rebuilt(root: string): Promise<Uint8Array> {
    const place = join(root, 'tmp/build')
    const inside = '/tmp/build'
    await run(['mkdir', '-p', place])
    await copyFile(sdist, join(place, 'source.tar.gz'))
    const command: Command = [
      'unshare',
      '--net',
      'chroot',
      root,
      ...PIP,
      '--wheel-dir',
      inside,
      `${inside}/source.tar.gz`,
    ]
    await run(command)
    return readFile(join(place, wheel.split('/').at(-1) ?? ''))
  }

  it.each(fullRun ? SYSTEMS : SYSTEMS.slice(1))(
    'gives the released wheel on %s with Python %s, byte for byte, without network',
    async (suite, python) => {
      const root = await unpackRoot(await debianRoot(suite, ['python3', 'python3-pip'], cacheFolder()))
      try {
        expect(await run(['chroot', root, 'python3', '--version'])).toContain(`Python ${python}.`)
        expect(Buffer.compare(await rebuilt(root), await readFile(wheel))).toBe(0)
      } finally {
        await rm(root, { recursive: true, force: true })
      }
    },
  )
})
