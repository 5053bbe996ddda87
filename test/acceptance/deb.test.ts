import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { waitUntil } from '../../scripts/lib/io/background.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { runAfterUpgrade } from '../../scripts/rehearse/after-upgrade.ts'
import { runBlackBox, type Visit } from '../../scripts/rehearse/black-box.ts'
import { addPackages, debChannel, type InstalledApp, openBox } from '../../scripts/rehearse/deb-channel.ts'
import type { SystemdBox } from '../../scripts/rehearse/systemd-box.ts'
import { sampleRelease } from '../support/release.ts'
import { describeWith, fullRun } from '../support/tool.ts'
import { planIn, sampleUpgrade } from '../support/upgrade.ts'

const TOOLS = ['root', 'mmdebstrap', 'unshare', 'nsenter', 'ip', 'tar']
const CACHE = cacheFolder()
const SYSTEMS = [
  { suite: 'bookworm', python: '3.11', other: '3.13' },
  { suite: 'trixie', python: '3.13', other: '3.11' },
] as const

let out = ''
let plan: Plan
let listing: StaticListing

const read = async (): Promise<void> => {
  out = await sampleRelease()
  plan = await readStageJson<Plan>(join(out, 'plan.json'), 'plan')
  listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
}

/** Runs a shell line inside; what it prints, without the last line break. */
const shell = async (box: SystemdBox, line: string): Promise<string> => (await box.exec(['sh', '-c', line])).trimEnd()

describe.each(SYSTEMS)('the packages of the sample on $suite', ({ suite, python, other }) => {
  const onNewest = it.runIf(suite === 'trixie' || fullRun) // what is the same on both is shown on one, but in the long run

  describeWith(TOOLS, 'installed by apt beside PostgreSQL and started by systemd', () => {
    let app: InstalledApp
    let key = ''
    let visit: Visit

    beforeAll(async () => {
      await read()
      app = await debChannel({ out, plan, suite, cache: CACHE }).start()
    })
    afterAll(() => app?.stop())

    it('pass the black-box script, a restart included', async () => {
      visit = await runBlackBox(plan.facts.rehearse, app, listing, silentReport)
    })

    it('serve every collected file with the bytes of static.json', async () => {
      await runBlackBox([{ static: 'all' }], app, listing, silentReport)
    })

    it("brought the dependencies of the system's Python and no others", async () => {
      const installed = await shell(app.box, "dpkg-query --list 'satchel*' | awk '/^ii/ { print $2 }'")
      expect(installed.split('\n').sort()).toEqual(['satchel', `satchel-deps-py${python}`])
      expect(installed).not.toContain(other)
    })

    it('give the key to root alone, and to the service by a credential', async () => {
      expect(await shell(app.box, 'stat -c "%a %U:%G" /etc/satchel/secret_key')).toBe('600 root:root')
      key = await shell(app.box, 'cat /etc/satchel/secret_key')
      await shell(app.box, 'echo "# mine" >> /etc/satchel/satchel.env')
      expect(key.length).toBeGreaterThanOrEqual(50)
      const pid = await shell(app.box, 'systemctl show --property MainPID --value satchel.service')
      expect(await shell(app.box, `stat -c %U /proc/${pid}`)).toBe('satchel')
      await app.box.exec(['sh', '-c', '! grep -aF -f /etc/satchel/secret_key /proc/[0-9]*/environ'])
      await app.box.exec(['sh', '-c', '! journalctl --no-pager | grep -F -f /etc/satchel/secret_key'])
    })

    it('check themselves', async () => {
      expect(await app.exec(['check'])).not.toContain('FAIL')
      expect(await app.exec(['version'])).toBe(`${plan.facts.version.plain}\n`)
    })

    it('renew their workers on a reload without a pause', async () => {
      const pid = 'systemctl show --property MainPID --value satchel.service'
      const before = await shell(app.box, pid)
      await app.box.exec(['systemctl', 'reload', 'satchel.service'])
      await runBlackBox([{ ready: { page: '/readyz', seconds: 10 } }], app, listing, silentReport)
      expect(await shell(app.box, pid)).toBe(before)
    })

    onNewest('start again after a crash', async () => {
      const pid = 'systemctl show --property MainPID --value satchel.service'
      const before = await shell(app.box, pid)
      await shell(app.box, `kill -KILL ${before}`) // the shell's own: Debian 12 has no program of that name without procps
      // Workers without their master answer until systemd has ended them: the new process counts, then its answer.
      const another = async (): Promise<boolean> => !['0', before].includes(await shell(app.box, pid))
      expect(await waitUntil(another, 60)).toBe(true)
      await runBlackBox([{ ready: { page: '/readyz', seconds: 60 } }], app, listing, silentReport)
    })

    onNewest('work where /usr cannot be written', async () => {
      await shell(app.box, 'mount --bind /usr /usr && mount -o remount,bind,ro /usr')
      expect(await shell(app.box, 'touch /usr/lib/satchel/x 2>&1 || true')).toContain('Read-only file system')
      await app.restart()
      await runBlackBox([{ ready: { page: '/readyz', seconds: 60 } }], app, listing, silentReport)
      expect(await app.exec(['check'])).not.toContain('FAIL')
      await shell(app.box, 'umount --lazy /usr')
    })

    it('leave no bytecode and no other file of root below /usr/lib but what py3compile made', async () => {
      const made = "find /usr/lib/satchel -name '*.pyc' | head -1"
      expect(await shell(app.box, made)).toMatch(/__pycache__/)
      const strange = "find /usr/lib/satchel /usr/share/satchel -newer /etc/satchel/secret_key -type f ! -name '*.pyc'"
      expect(await shell(app.box, strange)).toBe('')
    })

    onNewest('keep the key and an edited configuration when they are installed again', async () => {
      const said = await app.box.exec(['apt-get', 'install', '--reinstall', '--yes', 'satchel'])
      expect(said).toContain('Satchel is running on http')
      expect(await shell(app.box, 'tail -1 /etc/satchel/satchel.env')).toBe('# mine')
      expect(await shell(app.box, 'cat /etc/satchel/secret_key')).toBe(key)
      await runBlackBox(
        plan.facts.rehearse.filter((step) => 'ready' in step || 'login' in step || 'contains' in step),
        app,
        listing,
        silentReport,
      )
    })

    it.runIf(suite === 'trixie')('give way to the next release, which finds data, key and configuration', async () => {
      const { after } = await sampleUpgrade('deb')
      const next = await planIn(after)
      await app.upgrade({ out: after, plan: next })
      expect(await app.exec(['version'])).toBe(`${next.facts.version.plain}\n`)
      const files = await readStageJson<StaticListing>(join(after, 'static.json'), 'static')
      await runAfterUpgrade(visit, next.facts.rehearse, files)
      expect(await shell(app.box, 'tail -1 /etc/satchel/satchel.env; cat /etc/satchel/secret_key')).toBe(
        `# mine\n${key}`,
      )
    })

    it('stop cleanly, within seconds', async () => {
      const before = performance.now()
      await app.box.exec(['systemctl', 'stop', 'satchel.service'])
      expect(performance.now() - before).toBeLessThan(15_000)
      expect(await shell(app.box, 'systemctl show --property Result --value satchel.service')).toBe('success')
    })

    it('keep configuration and data when they are removed', async () => {
      await app.box.exec(['apt-get', 'remove', '--yes', 'satchel', `satchel-deps-py${python}`])
      expect(await shell(app.box, 'ls /usr/lib/satchel 2>&1 || true')).toContain('No such file')
      expect(await shell(app.box, 'tail -1 /etc/satchel/satchel.env; cat /etc/satchel/secret_key')).toBe(
        `# mine\n${key}`,
      )
    })

    it('delete the configuration when they are purged, and keep the key in a place of root alone', async () => {
      const said = await shell(app.box, 'apt-get purge --yes satchel 2>&1')
      expect(said).toContain('uploads (/var/lib/satchel), keys (/var/lib/satchel-keys) and database are kept')
      for (const command of ['dropdb satchel', 'dropuser satchel'])
        expect(said).toContain(`sudo -u postgres ${command}`)
      expect(await shell(app.box, 'ls /etc/satchel 2>&1 || true')).toContain('No such file')
      expect(await shell(app.box, 'stat -c "%a %U" /var/lib/satchel-keys /var/lib/satchel-keys/secret_key')).toBe(
        '700 root\n600 root',
      )
      expect(await shell(app.box, 'find /etc -iname "*satchel*"')).toBe('')
    })

    onNewest('take the kept key back with a later installation, and show what was stored before', async () => {
      await app.box.exec(['mkdir', '-p', '/etc/satchel/conf.d'])
      await writeFile(join(app.box.root, 'etc/satchel/conf.d/rehearsal.env'), `APP_HOST=${app.box.address}\n`)
      await app.box.exec(['apt-get', 'install', '--yes', 'satchel'])
      expect(await shell(app.box, 'cat /etc/satchel/secret_key; ls -d /var/lib/satchel/media')).toBe(
        `${key}\n/var/lib/satchel/media`,
      )
      await runBlackBox(
        plan.facts.rehearse.filter((step) => 'ready' in step || 'login' in step || 'contains' in step),
        app,
        listing,
        silentReport,
      )
    })
  })
})

describe.each(SYSTEMS)('the packages of the sample on $suite', ({ suite }) => {
  describeWith(TOOLS, 'where no database is', () => {
    let box: SystemdBox

    beforeAll(async () => {
      await read()
      box = await openBox(suite, CACHE)
      await box.exec(['sh', '-c', "apt-get purge --yes 'postgresql*'"])
      await addPackages(box, { out, plan })
    })
    afterAll(async () => {
      await box?.stop()
      await rm(box.root, { recursive: true, force: true })
    })

    it('install without a question and without network, and name the next command', async () => {
      const said = await box.exec(['apt-get', 'install', '--yes', 'satchel'])
      expect(said).toMatch(/Next: sudo satchel setup-db && sudo systemctl restart satchel$/m)
    })

    it('say what is missing in one sentence, and try again by themselves without starting the service', async () => {
      const state = await shell(box, 'systemctl is-active satchel.service satchel-migrate.service || true')
      expect(state.split('\n')).toEqual(['inactive', 'activating'])
      const journal = await shell(box, 'journalctl --no-pager --output=cat --unit satchel-migrate.service')
      expect(journal).toContain('the database satchel at /var/run/postgresql as satchel cannot be reached')
      expect(journal).not.toContain('Traceback')
    })

    it('are judged well by systemd', async () => {
      for (const unit of ['satchel-init', 'satchel-migrate', 'satchel']) {
        await box.exec(['systemd-analyze', 'verify', '--man=no', `${unit}.service`])
        await box.exec(['systemd-analyze', 'security', '--threshold=15', `${unit}.service`])
      }
    })

    it('leave nothing but the user when they are purged before they ever ran', async () => {
      // Another attempt to migrate would make the key again before the purge stops it.
      await box.exec(['systemctl', 'stop', 'satchel.service', 'satchel-migrate.service'])
      await box.exec(['sh', '-c', "rm -f /etc/satchel/secret_key; apt-get purge --yes 'satchel*'"])
      const left = 'find / -xdev ( -path /proc -o -path /sys -o -path /srv ) -prune -o -name "*satchel*" -print'
      expect(await shell(box, left.replaceAll(/[()]/g, '\\$&'))).toBe('')
    })
  })
})

describe('the packages of the sample', () => {
  describeWith(TOOLS, 'as the newest lintian judges them', () => {
    it('have neither errors nor warnings', async () => {
      await read()
      const box = await openBox('trixie', CACHE, ['systemd', 'systemd-sysv', 'dbus', 'lintian'])
      try {
        await addPackages(box, { out, plan })
        const flags = ['--allow-root', '--fail-on', 'error,warning', '--tag-display-limit', '0']
        await box.exec(['sh', '-c', `lintian ${flags.join(' ')} /srv/packages/*.deb`])
      } finally {
        await box.stop()
        await rm(box.root, { recursive: true, force: true })
      }
    })
  })
})
