import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { RehearsalStep } from '../../scripts/lib/core/rehearsal.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { waitUntil } from '../../scripts/lib/io/background.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { runBlackBox } from '../../scripts/rehearse/black-box.ts'
import { addPackages, openBox } from '../../scripts/rehearse/deb-channel.ts'
import type { SystemdBox } from '../../scripts/rehearse/systemd-box.ts'
import { blocksOf } from '../support/page.ts'
import { sampleRelease } from '../support/release.ts'
import { describeWith } from '../support/tool.ts'

const TOOLS = ['root', 'mmdebstrap', 'unshare', 'nsenter', 'ip', 'tar']
const PAGE = join(import.meta.dirname, '../../docs/deb.md')

describeWith(TOOLS, 'an administrator who types what docs/deb.md says', () => {
  let box: SystemdBox
  let plan: Plan
  let listing: StaticListing
  let blocks: ReadonlyMap<string, readonly string[]>

  const shell = async (line: string): Promise<string> => (await box.exec(['sh', '-ec', line])).trimEnd()
  const type = async (heading: string): Promise<string> => {
    const said: string[] = []
    for (const block of blocks.get(heading) ?? []) said.push(await shell(`cd /srv/packages\n${block}`))
    return said.join('\n')
  }
  const mainPid = (): Promise<string> => shell('systemctl show --property MainPID --value satchel.service')
  const isReady = async (): Promise<boolean> =>
    shell('satchel health --ready').then(
      () => true,
      () => false,
    )
  const play = async (...steps: readonly RehearsalStep[]): Promise<void> => {
    const target = { url: `http://${box.address}:8000`, restart: async () => undefined }
    await runBlackBox(steps, target, listing, silentReport)
  }
  const steps = (...kinds: readonly string[]): readonly RehearsalStep[] =>
    plan.facts.rehearse.filter((step) => kinds.some((kind) => kind in step))

  beforeAll(async () => {
    const out = await sampleRelease()
    plan = await readStageJson<Plan>(join(out, 'plan.json'), 'plan')
    listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
    blocks = await blocksOf(PAGE)
    box = await openBox('trixie', cacheFolder())
    await addPackages(box, { out, plan })
    await mkdir(join(box.root, 'etc/satchel/conf.d'), { recursive: true })
    await writeFile(join(box.root, 'etc/satchel/conf.d/test.env'), `APP_HOST=${box.address}\n`)
  })
  afterAll(async () => {
    await box?.stop()
    await rm(box.root, { recursive: true, force: true })
  })

  it('finds commands below every heading that promises some', () => {
    const found = [...blocks].filter(([, list]) => list.length > 0).map(([heading]) => heading)
    expect(found).toEqual([
      'Pre-requisites',
      'Steps',
      'Configure',
      'Several instances',
      'Upgrade',
      'Backup and restore',
      'Uninstall',
    ])
  })

  it('has a service that is ready', async () => {
    await type('Pre-requisites')
    const said = await type('Steps')
    expect(said).toMatch(/Next: sudo satchel setup-db && sudo systemctl restart satchel$/m)
    expect(said).toContain('OK   made the database satchel, owned by satchel')
    expect(said).toContain('OK   no migration is pending')
    await play(...steps('ready', 'first-admin'))
  })

  it('configures it, and sees how little the unit may do', async () => {
    const said = await type('Configure')
    expect(said).not.toContain('FAIL')
    expect(said).toMatch(/Overall exposure level for satchel.service: 1\.\d/)
    expect(said).toContain('Listening at')
  })

  it('makes an instance and ends it', async () => {
    const said = await type('Several instances')
    expect(said).toContain('OK   database satchel_north at /var/run/postgresql as satchel')
    expect(said).toContain('PORT=8001')
    expect(
      await shell('systemctl list-units --all --plain --no-legend "satchel*north*"; ls /var/lib/satchel/instances'),
    ).toBe('')
  })

  it('has two instances beside the service at once, each with its own port and key', async () => {
    await shell('systemctl enable --now satchel@east satchel@west || true')
    await shell('for one in east west; do satchel --instance $one setup-db; done')
    await shell('systemctl restart satchel@east satchel@west')
    for (const words of ['', '--instance east', '--instance west']) await shell(`satchel ${words} health --ready`)
    const ports = await shell('grep -h ^PORT= /etc/satchel/instances/*/satchel.env')
    expect(ports.split('\n').sort()).toEqual(['PORT=8001', 'PORT=8002'])
    const keys = await shell('sha256sum /etc/satchel/secret_key /etc/satchel/instances/*/secret_key | cut -c 1-64')
    expect(new Set(keys.split('\n')).size).toBe(3)
    await shell('apt-get install --reinstall --yes satchel')
    expect(await shell('systemctl is-active satchel@east satchel@west')).toBe('active\nactive')
    await shell('systemctl disable --now satchel@east satchel@west')
    await shell('for one in east west; do satchel --instance $one drop-db --yes satchel_$one; done')
    await shell('rm -r /etc/satchel/instances/* /var/lib/satchel/instances/*')
  })

  it('sees the service again after a crash', async () => {
    const before = await mainPid()
    await shell(`kill -KILL ${before}`)
    expect(await waitUntil(async () => (await mainPid()) !== before && (await isReady()), 30)).toBe(true)
  })

  it('loses an upload on a full disk and nothing else', async () => {
    const media = '/var/lib/satchel/media'
    await shell(
      `mount -t tmpfs -o size=4k,mode=750,uid=satchel,gid=satchel tmpfs ${media}; head -c 4096 /dev/zero >${media}/full`,
    )
    await expect(play(...steps('ready', 'login', 'upload'))).rejects.toMatchObject({ code: 'REHEARSAL_FAILED' })
    expect(await isReady()).toBe(true)
    await shell(`umount ${media}`)
    await play(...steps('ready', 'login', 'upload'))
  })

  it('needs nothing to be written below /usr', async () => {
    await shell('mount --bind /usr /usr; mount -o remount,bind,ro /usr; ! touch /usr/lib/satchel/x 2>/dev/null')
    await shell('systemctl restart satchel; satchel health --ready; satchel check')
    await shell('umount -l /usr')
  })

  it('upgrades, and keeps what is served', async () => {
    expect(await type('Upgrade')).toContain('Satchel is running on http')
    expect(await shell('cat /etc/satchel/conf.d/hosts.env')).toBe('ALLOWED_HOSTS=*')
    await play(...steps('ready', 'login'))
  })

  it('keeps everything in one file, and has it again from there', async () => {
    await type('Backup and restore')
    expect(await shell('stat -c "%a %U" /var/backups/satchel.backup')).toBe('600 root')
    const inside = await shell('tar --list --file=/var/backups/satchel.backup')
    for (const member of ['backup.json', 'database.dump', 'keys/', 'state/media/']) expect(inside).toContain(member)
    await play(...steps('ready', 'login', 'contains').filter((step) => !JSON.stringify(step).includes('notes')))
  })

  it('leaves nothing behind after the last command', async () => {
    await type('Uninstall')
    const left =
      'find / -xdev \\( -path /proc -o -path /sys -o -path /srv -o -path /var/backups \\) -prune -o -name "*satchel*" -print'
    expect(await shell(left)).toBe('')
    expect(await shell('sudo -u postgres psql --list --tuples-only | grep satchel || true')).toBe('')
  })
})
