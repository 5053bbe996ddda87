import { randomInt } from 'node:crypto'
import { access, readdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import type { Command } from '../lib/core/format.ts'
import { type Background, startBackground, waitUntil } from '../lib/io/background.ts'
import { run } from '../lib/io/run.ts'

/** A Debian system with its own running systemd, without a way out but to this machine. */
export interface SystemdBox {
  readonly root: string
  /** Its address, as this machine reaches it. */
  readonly address: string
  /** Runs a command inside as root and gives its standard output. */
  exec(command: Command, input?: string): Promise<string>
  /** Ends it at once; the root stays. */
  stop(): Promise<void>
}

const UP_SECONDS = 60
const BOOT = join(import.meta.dirname, 'box/boot.sh')

/** Boots a root made with systemd, systemd-sysv and dbus (needs root itself); returns when its systemd is up. */
export async function startBox(root: string): Promise<SystemdBox> {
  const number = randomInt(1, 2 ** 14) // each box has its own /30 of 10.213.0.0/16
  const cgroup = join(await unifiedHierarchy(), `slipway-box.${number}`)
  const init = startBackground([BOOT, cgroup, root])
  try {
    const pid = await firstProcess(init)
    const inside: Command = ['nsenter', `--target=${pid}`, '--all', '--root', '--wd']
    const exec = (command: Command, input?: string): Promise<string> =>
      run([...inside, ...command], { env: ENVIRONMENT, ...(input === undefined ? {} : { input }) })
    await awaitUp(init, exec)
    const address = await connect(number, pid)
    return { root, address, exec, stop: () => end(init, pid, cgroup) }
  } catch (error) {
    await end(init, undefined, cgroup)
    throw error
  }
}

const ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  DEBIAN_FRONTEND: 'noninteractive',
  SYSTEMD_PAGER: '',
}

/** Where control groups of version 2 are mounted, alone or beside version 1 (systemd's file-hierarchy of cgroups). */
async function unifiedHierarchy(): Promise<string> {
  const unified = '/sys/fs/cgroup/unified'
  return access(unified).then(
    () => unified,
    () => '/sys/fs/cgroup',
  )
}

/** The box's systemd as this machine numbers it: the child of unshare, once it left the shell that prepared its root. */
async function firstProcess(init: Background): Promise<number> {
  let found = 0
  const booted = async (): Promise<boolean> => {
    init.assertRunning()
    const children = await readFile(`/proc/${init.pid}/task/${init.pid}/children`, 'utf8').catch(() => '')
    found = Number(children.trim().split(' ')[0] ?? 0)
    return found > 0 && (await readFile(`/proc/${found}/comm`, 'utf8').catch(() => '')).trim() === 'systemd'
  }
  if (await waitUntil(booted, UP_SECONDS)) return found
  throw notUp(init)
}

async function awaitUp(init: Background, exec: SystemdBox['exec']): Promise<void> {
  const up = async (): Promise<boolean> => {
    init.assertRunning()
    // `degraded` is usual: no kernel modules can be loaded from inside.
    const state = await exec(['sh', '-c', 'systemctl is-system-running 2>/dev/null || true']).catch(() => '')
    return /^(running|degraded)/.test(state)
  }
  if (!(await waitUntil(up, UP_SECONDS))) throw notUp(init)
}

function notUp(init: Background): ReleaseError {
  return new ReleaseError('REHEARSAL_FAILED', `a systemd of its own did not start in ${UP_SECONDS} seconds`, {
    hint: 'Read what its start said, and run this as root on a Linux with control groups.',
    cause: new Error(init.tail()),
  })
}

/** A cable between this machine and the box; nothing else is reached from inside. */
async function connect(number: number, pid: number): Promise<string> {
  const [high, low] = [number >> 6, (number & 63) * 4]
  const [outside, inside] = [`10.213.${high}.${low + 1}`, `10.213.${high}.${low + 2}`]
  const name = `slip${number}`
  const peer = ['name', 'host0', 'netns', String(pid)] as const
  await run(['ip', 'link', 'add', name, 'type', 'veth', 'peer', ...peer])
  await run(['ip', 'address', 'add', `${outside}/30`, 'dev', name])
  await run(['ip', 'link', 'set', name, 'up'])
  const there: Command = ['nsenter', `--target=${pid}`, '--net']
  await run([...there, 'ip', 'address', 'add', `${inside}/30`, 'dev', 'host0'])
  await run([...there, 'ip', 'link', 'set', 'host0', 'up'])
  return inside
}

/** The cable ends with the namespace of the box. */
async function end(init: Background, pid: number | undefined, cgroup: string): Promise<void> {
  if (pid !== undefined) await run(['kill', '-KILL', String(pid)]).catch(() => '')
  await init.stop()
  await removeGroup(cgroup)
}

/** Inner groups first; a group is busy for a moment after its last process was killed. */
async function removeGroup(path: string): Promise<void> {
  const inner = await readdir(path, { withFileTypes: true }).catch(() => [])
  for (const entry of inner) if (entry.isDirectory()) await removeGroup(join(path, entry.name))
  const gone = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT'
  await waitUntil(() => rmdir(path).then(() => true, gone), 5)
}
