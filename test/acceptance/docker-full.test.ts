import { readFileSync } from 'node:fs'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltOutput } from '../../scripts/lib/core/artifact.ts'
import { waitUntil } from '../../scripts/lib/io/background.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { CommandOutput, run } from '../../scripts/lib/io/run.ts'
import { runAfterUpgrade } from '../../scripts/rehearse/after-upgrade.ts'
import { runBlackBox, type Visit } from '../../scripts/rehearse/black-box.ts'
import { freePort } from '../../scripts/rehearse/port.ts'
import { type Engine, startEngine } from '../support/engine.ts'
import { runFolder } from '../support/release.ts'
import { describeWith } from '../support/tool.ts'
import { planIn, sampleUpgrade, type Upgrade } from '../support/upgrade.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/docker.md'), 'utf8')
const IMAGE = 'ghcr.io/slipway-release/satchel:1.0.0'
const folder = join(runFolder, 'docker-page')

/** What stands in the boxes of the page, with the heading above it. */
const steps = PAGE.split(/^##+ /m)
  .slice(1)
  .flatMap((section) =>
    [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = '']) => ({
      heading: section.slice(0, section.indexOf('\n')),
      commands,
    })),
  )

async function fullArchive(out: string): Promise<string> {
  const { outputs } = await readStageJson<{ schema: 1; outputs: BuiltOutput[] }>(
    join(out, 'built/docker.json'),
    'build docker',
  )
  return join(out, 'artifacts', outputs.find(({ name }) => name.endsWith('-full.oci.tar'))?.name ?? '')
}

describeWith(['root', 'dockerd', 'docker', 'iptables'], 'the full image of the sample', () => {
  let engine: Engine
  let upgrade: Upgrade
  let port = 0

  const docker = (...words: readonly string[]): Promise<string> => run(['docker', ...words], { env: engine.env })
  /** Everything that a container said, in the order of its lines. */
  const logOf = (name: string): Promise<string> =>
    run(['sh', '-c', 'docker logs "$1" 2>&1', 'sh', name], { env: engine.env })
  const ready = async (name: string): Promise<void> => {
    const asked = (): Promise<boolean> =>
      docker('exec', name, 'satchel', 'health', '--ready').then(
        () => true,
        () => false,
      )
    if (!(await waitUntil(asked, 180))) throw new Error(`${name} is not ready:\n${await logOf(name)}`)
  }
  /** What a container that cannot start says last. */
  const refusal = (...words: readonly string[]): Promise<string> =>
    docker('run', '--rm', ...words).then(
      (said) => `it started: ${said}`,
      (error: Error) => (error.cause instanceof CommandOutput ? error.cause.tail : String(error)),
    )
  const stopped = async (name: string): Promise<{ readonly seconds: number; readonly code: string }> => {
    const began = performance.now()
    await docker('stop', '--time=30', name)
    const seconds = (performance.now() - began) / 1000
    return { seconds, code: (await docker('inspect', '--format', '{{.State.ExitCode}}', name)).trim() }
  }

  beforeAll(async () => {
    upgrade = await sampleUpgrade('docker')
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    await symlink(await fullArchive(upgrade.before), join(folder, 'satchel-1.0.0-full.oci.tar'))
    engine = await startEngine()
    port = await freePort()
    await docker('load', '--input', await fullArchive(upgrade.after)) // where the page would pull it
  })
  afterAll(() => engine?.stop())

  describe('by the commands of docs/docker.md', () => {
    let visit: Visit

    const after: Readonly<Record<string, () => Promise<void>>> = {
      async Start() {
        const { facts } = await planIn(upgrade.before)
        const target = {
          url: `http://127.0.0.1:${port}`,
          restart: async () => void (await docker('restart', 'satchel')),
        }
        visit = await runBlackBox(
          facts.rehearse,
          target,
          await readStageJson(join(upgrade.before, 'static.json'), 'static'),
          silentReport,
        )
      },
      async Upgrade() {
        const { facts } = await planIn(upgrade.after)
        await runAfterUpgrade(visit, facts.rehearse, await readStageJson(join(upgrade.after, 'static.json'), 'static'))
        expect(await docker('exec', 'satchel', 'satchel', 'version')).toBe('1.1.0\n')
      },
    }

    it.each(steps)('$heading', async ({ heading, commands }) => {
      const text = commands.replaceAll('8000:8000', `127.0.0.1:${port}:8000`)
      const before = heading === 'Uninstall' ? await logOf('satchel') : ''
      await run(['sh', '-euc', text], { env: { ...engine.env, PATH: process.env['PATH'] ?? '' }, cwd: folder })
      for (const [, name = ''] of text.matchAll(/docker run --detach --name (\S+)/g)) await ready(name)
      await after[heading]?.()
      expect(before).not.toContain('not properly shut down')
    })

    it('leaves nothing behind at last', async () => {
      expect(await docker('ps', '--all', '--quiet')).toBe('')
      expect(await docker('volume', 'ls', '--quiet')).toBe('')
    })
  })

  describe('on a volume', () => {
    const begin = (volume: string, ...words: readonly string[]): Promise<string> =>
      docker('run', '--detach', `--name=${volume}`, `--volume=${volume}:/data`, ...words, IMAGE)

    beforeAll(async () => {
      await docker('load', '--input', await fullArchive(upgrade.before))
    })

    it('ends at once when it is told before its interpreter has begun', async () => {
      await begin('early')
      const { seconds, code } = await stopped('early')
      expect(seconds).toBeLessThan(10)
      expect(code).toBe('143')
    })

    it('ends within ten seconds one second after its first start, five times over, and starts again', async () => {
      for (const volume of ['one', 'two', 'three', 'four', 'five']) {
        await begin(volume)
        await sleep(1000)
        const { seconds, code } = await stopped(volume)
        expect(seconds).toBeLessThan(10)
        expect(['0', '143']).toContain(code)
      }
      await docker('start', 'five')
      await ready('five')
    })

    it('says at last where it is, and ends cleanly within ten seconds', async () => {
      await waitUntil(async () => (await logOf('five')).includes('is ready: '), 60)
      const said = (await logOf('five')).trimEnd().split('\n')
      const own = said.filter((line) => !line.endsWith('"health"')) // the question whether it is ready is answered in the log too
      expect(own.at(-1)).toBe('Satchel is ready: http://localhost:8000/')
      const { seconds, code } = await stopped('five')
      expect(seconds).toBeLessThan(10)
      expect(code).toBe('0')
      await docker('start', 'five')
      await ready('five')
      expect(await logOf('five')).not.toContain('not properly shut down')
    })

    it('has nothing that listens but the application, and a key for its user alone', async () => {
      const script = [
        'import os, stat',
        's = os.stat("/data/secret_key")',
        'ports = sorted({int(line.split()[1].split(":")[1], 16) for name in ("tcp", "tcp6") for line in open("/proc/net/" + name) if line.split()[3] == "0A"})',
        'print(oct(s.st_mode), s.st_uid, ports)',
      ].join('\n')
      expect(await docker('exec', 'five', '/usr/bin/python3', '-B', '-c', script)).toBe('0o100600 10001 [8000]\n')
    })

    it('explains a database on localhost', async () => {
      const said = await refusal(
        '--env=DATABASE_URL=postgres://satchel@localhost/satchel',
        IMAGE,
        'migrate',
        '--wait',
        '1',
      )
      expect(said).toContain('localhost')
      expect(said).toMatch(/host\.docker\.internal|container/)
      expect(said).not.toContain('Traceback')
    })

    it('executes words that are no verbs', async () => {
      expect(await docker('run', '--rm', IMAGE, 'psql', '--version')).toMatch(/^psql \(PostgreSQL\) 17/)
      expect(await docker('run', '--rm', IMAGE, 'sh', '-c', 'echo well')).toBe('well\n')
    })
  })
})
