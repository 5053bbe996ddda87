import { glob } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { openUv, type Uv } from '../../scripts/lib/io/uv.ts'
import { runBlackBox } from '../../scripts/rehearse/black-box.ts'
import { type Postgres, startPostgres } from '../../scripts/rehearse/postgres.ts'
import { wheelChannel } from '../../scripts/rehearse/wheel-channel.ts'
import { sampleRelease } from '../support/release.ts'
import { describeWith, fullRun } from '../support/tool.ts'

const MINORS = ['3.11', '3.12', '3.13', '3.14'] // of the sample's python.requires

/** PATH with what pyenv keeps apart. */
async function searchPath(): Promise<string> {
  const folders = [process.env['PATH'] ?? '']
  for await (const program of glob(join(homedir(), '.pyenv/versions/3.*/bin/python3'))) folders.push(dirname(program))
  return folders.join(delimiter)
}

/** The Python of a minor that this machine has or that uv can bring; undefined where everybody can use none. */
async function pythonOf(uv: Uv, minor: string): Promise<string | undefined> {
  const env = { PATH: await searchPath(), UV_PYTHON_DOWNLOADS: 'automatic', UV_HTTP_TIMEOUT: '20' }
  await uv(['python', 'install', minor], { env }).catch(() => undefined) // no network to where uv keeps them: what is there
  const found = (await uv(['python', 'find', '--no-project', minor], { env }).catch(() => '')).trim()
  return found !== '' && (await startsForNobody(found)) ? found : undefined
}

/** Whether the user whom the application runs as may start it: what lies in the home of another one it cannot read. */
async function startsForNobody(python: string): Promise<boolean> {
  const nobody = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'] as const
  return run([...nobody, python, '-c', '']).then(
    () => true,
    () => false,
  )
}

// The same on the one Python of the machine is wheel.test.ts.
describeWith(['root', 'psql', 'setpriv', 'python3-venv'], 'the wheel of the sample on every Python', () => {
  let postgres: Postgres
  let uv: Uv

  beforeAll(async () => {
    if (!fullRun) return
    postgres = await startPostgres()
    const plan = await readStageJson<Plan>(join(await sampleRelease(), 'plan.json'), 'plan')
    uv = await openUv(cacheFolder(), plan.facts.tools.uv)
  })
  afterAll(() => postgres?.stop())

  it.runIf(fullRun).for(MINORS)('installs, migrates, serves and restarts: %s', async (minor, { skip }) => {
    const python = await pythonOf(uv, minor)
    skip(python === undefined, `there is no Python ${minor} for every user, and uv cannot bring it`)
    const out = await sampleRelease()
    const plan = await readStageJson<Plan>(join(out, 'plan.json'), 'plan')
    const listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
    const database = await postgres.database(`satchel_${minor.replace('.', '_')}`)
    const options = { out, plan, installer: 'uv', database, cache: cacheFolder(), python: python ?? '' } as const
    const app = await wheelChannel(options).start()
    try {
      expect(await app.exec(['python', '-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])).toBe(`${minor}\n`)
      expect(await app.exec(['check'])).not.toContain('FAIL')
      await runBlackBox(plan.facts.rehearse, app, listing, silentReport)
    } finally {
      await app.stop()
    }
  })
})
