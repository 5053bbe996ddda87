import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../../scripts/lib/core/format.ts'
import { run } from '../../scripts/lib/io/run.ts'

const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', DEBIAN_FRONTEND: 'noninteractive' }

const MOUNTED = 'mount --bind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'

/** Runs a command in a root with this machine's devices and network, in mount and process namespaces of its own. */
export async function inRoot(root: string, command: Command): Promise<string> {
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'))
  return run(['unshare', '--mount', '--pid', '--fork', 'sh', '-ec', MOUNTED, root, ...command], { env: ENVIRONMENT })
}
