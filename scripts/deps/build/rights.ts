import { ReleaseError } from '../../lib/core/error.ts'
import type { Command } from '../../lib/core/format.ts'
import { run } from '../../lib/io/run.ts'

/** How this machine lets us make and enter a root of another system. */
export interface Rights {
  /** Whether root inside is nobody but the caller outside (a user namespace). */
  readonly mapped: boolean
  /** The command as somebody who may. */
  as(command: Command): Command
  /** The command in namespaces of its own: no network, no other processes, its own mounts. */
  inside(command: Command): Command
}

const NAMESPACES = ['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child'] as const

const asRoot: Rights = {
  mapped: false,
  as: (command) => command,
  inside: (command) => ['unshare', ...NAMESPACES, ...command],
}

const inUserNamespace: Rights = {
  mapped: true,
  as: (command) => command,
  inside: (command) => ['unshare', '--user', '--map-root-user', ...NAMESPACES, ...command],
}

// Proxies and mirrors of apt go through; nothing else does.
const KEPT = '--preserve-env=HTTP_PROXY,HTTPS_PROXY,NO_PROXY,http_proxy,https_proxy,no_proxy'

const bySudo: Rights = {
  mapped: false,
  as: (command) => ['sudo', '--non-interactive', KEPT, ...command],
  inside: (command) => ['sudo', '--non-interactive', 'unshare', ...NAMESPACES, ...command],
}

/** Root itself, else a user namespace, else sudo that asks nothing; TOOL_MISSING where there is none of them. */
export async function builderRights(): Promise<Rights> {
  if (process.getuid?.() === 0) return asRoot
  // mmdebstrap maps many users, by newuidmap(1)
  const canMount = await succeeds(inUserNamespace.inside(['mount', '-t', 'tmpfs', 'slipway', '/mnt']))
  if (canMount && (await succeeds(['sh', '-c', 'command -v newuidmap']))) return inUserNamespace
  if (await succeeds(bySudo.as(['true']))) return bySudo
  throw new ReleaseError('TOOL_MISSING', 'this machine lets nobody but root make a clean Debian root', {
    hint: 'Run this as root, allow user namespaces and install uidmap, or let CI build it: there sudo asks nothing.',
  })
}

function succeeds(command: Command): Promise<boolean> {
  return run(command).then(
    () => true,
    () => false,
  )
}
