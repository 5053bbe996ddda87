import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltOutput } from '../../scripts/lib/core/artifact.ts'
import type { DepsListing } from '../../scripts/lib/core/stages.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { openArchiveBlobs } from '../../scripts/lib/io/oci-blobs.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { slipway } from '../support/release.ts'
import { copySample } from '../support/sample.ts'
import { describeWith, fullRun } from '../support/tool.ts'

const EMULATOR = '/usr/bin/qemu-aarch64-static'
const STAGES = ['source', 'app', 'deps', 'base', 'static', 'build docker']

const VENDOR = '/usr/lib/satchel/vendor/py3.13'

// Qemu is not needed to build: only to look whether what was built runs
describe.runIf(fullRun)('in the long run', () => {
  describeWith(['qemu-aarch64-static', 'bwrap', 'root'], 'the images for arm64', () => {
    let dir = ''
    let out = ''
    let root = ''

    const emulated = (...command: readonly string[]): Promise<string> => {
      const places = ['--ro-bind', root, '/', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'] as const
      const emulator = ['--ro-bind', EMULATOR, '/tmp/emulator', '/tmp/emulator'] as const
      return run(['bwrap', '--unshare-all', '--uid', '12345', '--gid', '0', ...places, ...emulator, ...command])
    }

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'slipway-arm64-'))
      const project = await copySample(join(dir, 'satchel'))
      const config = join(project, 'slipway.yaml')
      const text = await readFile(config, 'utf8')
      await writeFile(config, text.replace('platforms: [linux/amd64]', 'platforms: [linux/amd64, linux/arm64]'))
      out = join(dir, 'dist')
      const planned = ['plan', '--project', project, '--allow-dirty', '--only', 'docker', '--out', out]
      for (const words of [planned, ...STAGES.map((stage) => [...stage.split(' '), '--out', out])]) {
        const place = words[0] === 'source' ? ['--project', project] : []
        const { exitCode, stderr } = await slipway([...words, ...place])
        if (exitCode !== 0) throw new Error(stderr)
      }
      root = join(dir, 'root')
      await mkdir(root)
      const { outputs } = await readStageJson<{ schema: 1; outputs: BuiltOutput[] }>(
        join(out, 'built/docker.json'),
        'build docker',
      )
      const full = outputs.find(({ name }) => name.endsWith('-full.oci.tar'))
      if (full?.kind !== 'image') throw new Error('no full image')
      const blobs = await openArchiveBlobs(join(out, 'artifacts', full.name))
      for (const { digest } of full.image.platforms.find(({ platform }) => platform === 'linux/arm64')?.layers ?? []) {
        const layer = join(dir, 'layer.tar.gz')
        await writeFile(layer, blobs.blob(digest).open())
        await run(['tar', '--extract', '--gzip', '--file', layer, '--directory', root])
      }
    })
    afterAll(() => rm(dir, { recursive: true, force: true }))

    it('import every dependency of the application', async () => {
      const { trees } = await readStageJson<DepsListing>(join(out, 'deps.json'), 'deps')
      const names = trees['py3.13-arm64']?.packages.map(({ name }) => name.replaceAll('-', '_')) ?? []
      expect(names).toContain('django')
      const first = ['ssl', 'sqlite3', 'psycopg'] // psycopg_binary wants psycopg before it
      const script = `import sys; sys.path.insert(0, '${VENDOR}'); import platform, ${[...first, ...names].join(', ')}; print(platform.machine())`
      expect(await emulated('/usr/bin/python3', '-c', script)).toBe('aarch64\n')
    })

    it('have a PostgreSQL that runs', async () => {
      expect(await emulated('/usr/lib/postgresql/17/bin/postgres', '--version')).toMatch(/^postgres \(PostgreSQL\) 17/)
    })
  })
})
