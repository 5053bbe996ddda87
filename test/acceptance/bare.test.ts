import { cp, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { debianRoot, unpackRoot } from '../../scripts/lib/io/debian-root.ts'
import { networkEnvironment } from '../../scripts/lib/io/network.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { fullRun } from '../support/tool.ts'

const ROOT = join(import.meta.dirname, '../..')
const PACKAGES = ['ca-certificates', 'git', 'nodejs', 'npm', 'python3', 'xz-utils']

/** Runs inside the root with its own mounts and processes and the network of this machine. */
const ENTER = [
  'mount --make-rprivate /',
  'mount --bind /dev "$1/dev"',
  'mount -t proc proc "$1/proc"',
  'exec chroot "$1" sh -ec "$2"',
].join(' && ')

/** Nothing of this machine but how its network is reached. */
const ENVIRONMENT = { ...networkEnvironment(), HOME: '/root', PATH: '/usr/sbin:/usr/bin:/sbin:/bin', CI: 'true' }

// Minutes of downloads: in the full run only.
describe.skipIf(!fullRun)('a Debian 12 with its own Node 18, git, python3 and xz', () => {
  let root = ''
  const inside = (script: string) =>
    execa('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', ENTER, 'sh', root, script], {
      stdin: 'ignore',
      env: ENVIRONMENT,
      extendEnv: false,
    })

  beforeAll(async () => {
    root = await unpackRoot(await debianRoot('bookworm', PACKAGES, cacheFolder()))
    await run(['git', 'clone', '-q', '--no-local', ROOT, join(root, 'srv/slipway')])
    for (const file of ['etc/resolv.conf', 'etc/hosts', 'etc/ssl/certs/ca-certificates.crt']) {
      await rm(join(root, file), { force: true })
      await cp(join('/', file), join(root, file), { dereference: true })
    }
    await mkdir(join(root, 'root'), { recursive: true })
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  it('makes the whole release of the sample with the one command of the README', async () => {
    expect((await inside('node --version')).stdout).toMatch(/^v18\./)
    const { stdout } = await inside('cd /srv/slipway && npx -y pnpm@10 release:dry-run')
    expect(stdout).toContain('Nothing was sent anywhere.')
    const sums = await readFile(join(root, 'srv/slipway/dist/artifacts/SHA256SUMS'), 'utf8')
    expect(sums.trim().split('\n').length).toBeGreaterThanOrEqual(13)
    expect((await inside('cd /srv/slipway && git status --porcelain')).stdout).toBe('')
  }, 1_800_000)
})
