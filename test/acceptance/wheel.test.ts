import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { measureTree } from '../../scripts/lib/io/tree-files.ts'
import { runAfterUpgrade } from '../../scripts/rehearse/after-upgrade.ts'
import { runBlackBox, type Visit } from '../../scripts/rehearse/black-box.ts'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { type InstalledWheel, wheelChannel } from '../../scripts/rehearse/wheel-channel.ts'
import { sampleRelease } from '../support/release.ts'
import { describeWith, fullRun } from '../support/tool.ts'
import { planIn, sampleUpgrade } from '../support/upgrade.ts'

let out = ''
let plan: Plan
let listing: StaticListing

/** A working directory whose modules would end any Python program that imports them. */
async function hostileFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-hostile-'))
  for (const name of ['json', 'os', 'argparse', 'django', 'gunicorn', 'core', 'satchel_release']) {
    await writeFile(join(dir, `${name}.py`), `raise SystemExit('imported ${name} of the working directory')\n`)
  }
  await mkdir(join(dir, 'config'))
  await writeFile(join(dir, 'config/__init__.py'), "raise SystemExit('imported config of the working directory')\n")
  await run(['chmod', '-R', 'a+rX', dir])
  return dir
}

/** `Name_X==1 ; marker` as `name-x==1`. */
const plainPin = (line: string): string => line.replace(/\s.*/, '').toLowerCase().replaceAll('_', '-')

// pip installs it in pypi-page.test.ts too.
describe.each(fullRun ? (['pip', 'uv'] as const) : (['uv'] as const))('the wheel of the sample, by %s', (installer) => {
  describeWith(
    ['root', 'psql', 'setpriv', 'python3-venv'],
    'in a read-only virtual environment beside PostgreSQL',
    () => {
      let postgres: Postgres
      let app: InstalledWheel
      let cwd = ''
      let before: unknown
      let visit: Visit

      beforeAll(async () => {
        out = await sampleRelease()
        plan = await readStageJson<Plan>(join(out, 'plan.json'), 'plan')
        listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
        postgres = await startPostgres()
        cwd = await hostileFolder()
        const database = await postgres.database('satchel')
        app = await wheelChannel({ out, plan, installer, database, cache: cacheFolder(), cwd }).start()
        before = await measureTree(app.environment)
      })
      afterAll(async () => {
        await app?.stop()
        await postgres?.stop()
        await rm(cwd, { recursive: true, force: true })
      })

      it('passes the black-box script from a hostile working directory, a restart included', async () => {
        visit = await runBlackBox(plan.facts.rehearse, app, listing, silentReport)
      })

      it('serves every collected file with the bytes of static.json', async () => {
        await runBlackBox([{ static: 'all' }], app, listing, silentReport)
      })

      it('brings the locked versions of its dependencies', async () => {
        const lock = await readFile(join(out, 'source/requirements.txt'), 'utf8')
        const installed = app.installed.map(plainPin).filter((line) => !line.startsWith('satchel-release'))
        expect(installed).toContainEqual(expect.stringMatching(/^django==/))
        expect(lock.split('\n').map(plainPin)).toEqual(expect.arrayContaining(installed))
      })

      it('keeps key and uploads in its state directory, the key for its user alone', async () => {
        const key = await stat(join(app.state, 'secret_key'))
        const nobody = await stat(app.state)
        expect([key.mode & 0o777, key.uid]).toEqual([0o600, nobody.uid])
        const uploads = await measureTree(join(app.state, 'media'))
        const texts = uploads.files.map(({ path }) => readFile(join(app.state, 'media', path), 'utf8'))
        expect(await Promise.all(texts)).toEqual(['hello from the rehearsal'])
      })

      it('says its version, and that everything is well', async () => {
        expect(await app.exec(['version'])).toBe(`${plan.facts.version.plain}\n`)
        expect(await app.exec(['check'])).not.toContain('FAIL')
      })

      it('changed nothing in its environment', async () => {
        expect(await measureTree(app.environment)).toEqual(before)
      })

      it('makes place for the next release, which migrates what is there', async () => {
        const { after } = await sampleUpgrade('pypi')
        const next = await planIn(after)
        await app.upgrade({ out: after, plan: next })
        expect(await app.exec(['version'])).toBe('1.1.0\n')
        const listed = await readStageJson<StaticListing>(join(after, 'static.json'), 'static')
        await runAfterUpgrade(visit, next.facts.rehearse, listed)
      })
    },
  )
})
