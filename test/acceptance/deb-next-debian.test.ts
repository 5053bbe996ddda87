import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { aptMirror } from '../../scripts/lib/io/debian-mirrors.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { runBlackBox } from '../../scripts/rehearse/black-box.ts'
import { debChannel, type InstalledApp } from '../../scripts/rehearse/deb-channel.ts'
import { type SystemdBox, startBox } from '../../scripts/rehearse/systemd-box.ts'
import { sampleRelease } from '../support/release.ts'
import { inRoot } from '../support/root.ts'
import { describeWith, fullRun } from '../support/tool.ts'
import { planIn } from '../support/upgrade.ts'

const UPGRADE = ['--yes', '--quiet', '-o', 'Dpkg::Options::=--force-confold']

describe.runIf(fullRun)('a Debian 12 with the application and PostgreSQL', () => {
  describeWith(['root', 'mmdebstrap', 'unshare', 'nsenter', 'ip', 'tar'], 'that becomes a Debian 13', () => {
    let app: InstalledApp
    let box: SystemdBox
    let plan: Plan
    let listing: StaticListing
    let key = ''

    const shell = async (line: string): Promise<string> => (await box.exec(['sh', '-ec', line])).trimEnd()

    beforeAll(async () => {
      const out = await sampleRelease()
      plan = await planIn(out)
      listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
      app = await debChannel({ out, plan, suite: 'bookworm', cache: cacheFolder() }).start()
      box = app.box
      await runBlackBox(plan.facts.rehearse, app, listing, silentReport)
      await shell('echo "# mine" >>/etc/satchel/satchel.env')
      key = await shell('cat /etc/satchel/secret_key')
    })
    afterAll(async () => {
      await box?.stop()
      if (box !== undefined) await rm(box.root, { recursive: true, force: true })
    })

    it('takes the dependencies for its new Python by itself', async () => {
      const list = join(box.root, 'etc/apt/sources.list.d/debian.list')
      await writeFile(list, `deb ${(await aptMirror()).replace('https:', 'http:')}/debian trixie main\n`)
      // What apt needs is fetched with this machine's network; the system itself upgrades with its own systemd, without one.
      await inRoot(box.root, ['apt-get', 'update', '--quiet'])
      await inRoot(box.root, ['apt-get', 'dist-upgrade', '--download-only', ...UPGRADE])
      await box.exec(['apt-get', 'dist-upgrade', ...UPGRADE])
      const installed = await shell("dpkg-query --list 'satchel*' | awk '/^ii/ { print $2 }'")
      expect(installed.split('\n').sort()).toEqual(['satchel', 'satchel-deps-py3.13'])
      expect(await shell('. /etc/os-release; echo $VERSION_CODENAME; python3 --version')).toMatch(
        /^trixie\nPython 3\.13/,
      )
    })

    it('serves the same data after its restart, from the same cluster of PostgreSQL', async () => {
      await box.stop()
      box = await startBox(box.root)
      await writeFile(join(box.root, 'etc/satchel/conf.d/rehearsal.env'), `APP_HOST=${box.address}\n`)
      await shell('systemctl restart satchel.service')
      const target = { ...app, url: `http://${box.address}:8000` }
      const looking = plan.facts.rehearse.filter((step) => 'ready' in step || 'login' in step || 'contains' in step)
      await runBlackBox(looking, target, listing, silentReport)
      expect(await shell('tail -1 /etc/satchel/satchel.env; cat /etc/satchel/secret_key')).toBe(`# mine\n${key}`)
      expect(await shell('sudo -u postgres psql -XAtqc "SHOW server_version"')).toMatch(/^15\./)
      expect(await shell('satchel check')).not.toContain('FAIL')
    })
  })
})
