import type { Allow } from './allow.ts'

type Settings = readonly (readonly [key: string, value: string])[]

/** What no unit of the package needs: kernel, devices, other people's files and processes; systemd.exec(5). */
const EVERYWHERE: Settings = [
  ['UMask', '0027'],
  ['NoNewPrivileges', 'yes'],
  ['ProtectSystem', 'strict'],
  ['ProtectHome', 'yes'],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
  ['DevicePolicy', 'closed'],
  ['PrivateMounts', 'yes'],
  ['ProtectClock', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['ProtectHostname', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectKernelTunables', 'yes'],
  ['ProtectProc', 'invisible'],
  ['ProcSubset', 'pid'],
  ['RestrictNamespaces', 'yes'],
  ['RestrictRealtime', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['LockPersonality', 'yes'],
  ['KeyringMode', 'private'],
  ['SystemCallArchitectures', 'native'],
  ['SystemCallFilter', '@system-service'],
  ['SystemCallErrorNumber', 'EPERM'], // a call that is refused must not kill the worker
]

const SERVICE: Settings = [
  ...EVERYWHERE,
  ['SystemCallFilter', '~@privileged'],
  ['SystemCallFilter', '~@resources'],
  ['CapabilityBoundingSet', ''],
  ['AmbientCapabilities', ''],
  ['PrivateUsers', 'yes'],
  ['RemoveIPC', 'yes'],
  ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6'],
  ['MemoryDenyWriteExecute', 'yes'],
]

/** What one switch takes away from these settings, by key and perhaps value, and what it puts at the end. */
interface Loosening {
  readonly without: readonly (string | readonly [key: string, value: string])[]
  readonly with: Settings
}

type Loosen = (allow: Allow) => Loosening | undefined

const when = (asked: boolean, loosening: Loosening): Loosening | undefined => (asked ? loosening : undefined)

// One line for each switch of `deb.allow`.
const LOOSENINGS: readonly Loosen[] = [
  ({ jit }) => when(jit, { without: ['MemoryDenyWriteExecute'], with: [] }),
  ({ devices }) =>
    when(devices.length > 0, {
      without: ['PrivateDevices'],
      with: devices.map((device) => ['DeviceAllow', `${device} rw`] as const),
    }),
  ({ home }) =>
    when(home !== 'no', { without: ['ProtectHome'], with: home === 'read' ? [['ProtectHome', 'read-only']] : [] }),
  ({ home }) => when(home === 'write', { without: [], with: [['ReadWritePaths', '-/home -/root']] }),
  ({ writable }) =>
    when(writable.length > 0, { without: [], with: [['ReadWritePaths', writable.map((one) => `-${one}`).join(' ')]] }),
  ({ families }) => when(families.length > 0, { without: [], with: [['RestrictAddressFamilies', families.join(' ')]] }),
  ({ addresses }) =>
    when(addresses.length > 0, {
      without: [],
      with: [
        ['IPAddressDeny', 'any'],
        ['IPAddressAllow', addresses.join(' ')],
      ],
    }),
  // A capability inside a namespace of users means nothing to the ports outside.
  ({ 'low-ports': lowPorts }) =>
    when(lowPorts, {
      without: ['PrivateUsers', 'CapabilityBoundingSet', 'AmbientCapabilities'],
      with: [
        ['CapabilityBoundingSet', 'CAP_NET_BIND_SERVICE'],
        ['AmbientCapabilities', 'CAP_NET_BIND_SERVICE'],
      ],
    }),
  ({ namespaces }) =>
    when(namespaces, {
      without: ['RestrictNamespaces'],
      with: [['SystemCallFilter', '@mount @setuid capset chroot pivot_root sethostname']],
    }),
  ({ processes }) => when(processes, { without: ['ProtectProc', 'ProcSubset'], with: [] }),
  ({ priorities }) => when(priorities, { without: [['SystemCallFilter', '~@resources']], with: [] }),
  ({ memory }) => when(memory !== undefined, { without: [], with: [['MemoryMax', memory ?? '']] }),
  ({ tasks }) => when(tasks !== undefined, { without: [], with: [['TasksMax', String(tasks)]] }),
]

/** A unit that serves or talks to the database, as the application's own user, with what `deb.allow` asks for besides. */
export function serviceHardening(allow: Allow): Settings {
  const asked = LOOSENINGS.flatMap((loosen) => loosen(allow) ?? [])
  const gone = asked.flatMap(({ without }) => without)
  const kept = SERVICE.filter(
    ([key, value]) => !gone.some((one) => (typeof one === 'string' ? one === key : one[0] === key && one[1] === value)),
  )
  return [...kept, ...asked.flatMap((one) => one.with)]
}

/** The unit that makes keys and directories as root: no network, and nothing but these two places can be written. */
export function initHardening(writable: readonly string[]): Settings {
  return [
    ...EVERYWHERE,
    ['SystemCallFilter', '~@resources'],
    ['CapabilityBoundingSet', 'CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER'],
    ['PrivateNetwork', 'yes'],
    ['IPAddressDeny', 'any'],
    ['RestrictAddressFamilies', 'AF_UNIX'],
    ['MemoryDenyWriteExecute', 'yes'],
    ['ReadWritePaths', writable.join(' ')],
  ]
}
