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

/** A unit that serves or talks to the database, as the application's own user. */
export function serviceHardening(jit: boolean): Settings {
  return [
    ...EVERYWHERE,
    ['SystemCallFilter', '~@privileged @resources'],
    ['CapabilityBoundingSet', ''],
    ['AmbientCapabilities', ''],
    ['PrivateUsers', 'yes'],
    ['RemoveIPC', 'yes'],
    ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6'],
    ...(jit ? [] : [['MemoryDenyWriteExecute', 'yes'] as const]),
  ]
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
