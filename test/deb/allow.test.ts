import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allowSchema } from '../../scripts/deb/allow.ts'
import { debSchema } from '../../scripts/deb/config.ts'
import { renderUnits } from '../../scripts/deb/units.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { withFile } from '../support/archives.ts'
import { sampleFacts } from '../support/facts.ts'
import { itWith } from '../support/tool.ts'

const unitWith = (allow: object, name = 'satchel.service'): string =>
  renderUnits(sampleFacts(), debSchema.parse({ allow })).find((unit) => unit.name === name)?.text ?? ''

const exposureOf = (text: string): Promise<string> =>
  withFile(
    Buffer.from(text),
    async (file) => {
      const said = await run(['systemd-analyze', 'security', '--offline=true', '--threshold=100', file])
      return /exposure level for .*: (\d\.\d)/.exec(said)?.[1] ?? said
    },
    'satchel.service',
  )

// What each switch takes out of the unit and puts into it.
const SWITCHES: readonly (readonly [allow: object, gone: readonly string[], there: readonly string[]])[] = [
  [{ jit: true }, ['MemoryDenyWriteExecute=yes'], []],
  [
    { devices: ['/dev/ttyUSB0', 'char-drm'] },
    ['PrivateDevices=yes'],
    ['DeviceAllow=/dev/ttyUSB0 rw', 'DeviceAllow=char-drm rw'],
  ],
  [{ home: 'read' }, ['ProtectHome=yes'], ['ProtectHome=read-only']],
  [{ home: 'write' }, ['ProtectHome=yes'], ['ReadWritePaths=-/home -/root']],
  [{ writable: ['/srv/a', '/mnt/b'] }, [], ['ReadWritePaths=-/srv/a -/mnt/b']],
  [{ families: ['AF_NETLINK'] }, [], ['RestrictAddressFamilies=AF_NETLINK']],
  [{ addresses: ['localhost', '10.0.0.0/8'] }, [], ['IPAddressDeny=any', 'IPAddressAllow=localhost 10.0.0.0/8']],
  [
    { 'low-ports': true },
    ['CapabilityBoundingSet=', 'AmbientCapabilities=', 'PrivateUsers=yes'],
    ['CapabilityBoundingSet=CAP_NET_BIND_SERVICE', 'AmbientCapabilities=CAP_NET_BIND_SERVICE'],
  ],
  [
    { namespaces: true },
    ['RestrictNamespaces=yes'],
    ['SystemCallFilter=@mount @setuid capset chroot pivot_root sethostname'],
  ],
  [{ processes: true }, ['ProtectProc=invisible', 'ProcSubset=pid'], []],
  [{ priorities: true }, ['SystemCallFilter=~@resources'], []],
  [{ memory: '2G', tasks: 64 }, [], ['MemoryMax=2G', 'TasksMax=64']],
]

describe('what a unit allows besides', () => {
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

  it.each(SWITCHES)('is one switch and changes nothing else: %j', (allow, gone, there) => {
    const before = lines(unitWith({}))
    const after = lines(unitWith(allow))
    expect(before.filter((line) => !after.includes(line))).toEqual(gone)
    expect(after.filter((line) => !before.includes(line))).toEqual(there)
    expect(unitWith(allow, 'satchel-init.service')).toBe(unitWith({}, 'satchel-init.service'))
    expect(unitWith(allow, 'satchel@.service')).not.toBe(unitWith({}, 'satchel@.service'))
  })

  it.each([
    { devices: ['../x'] },
    { devices: ['/dev/a b'] },
    { writable: ['srv'] },
    { writable: ['/srv/%i'] },
    { families: ['netlink'] },
    { addresses: ['example.org'] },
    { memory: 'much' },
    { tasks: 0 },
    { memroy: '1G' },
  ])('is refused where systemd would not understand it: %j', (allow) => {
    expect(allowSchema.safeParse(allow).success).toBe(false)
  })

  itWith(['systemd-analyze'], 'costs what docs/deb.md says, as systemd itself counts', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/deb.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `([\w-]+)(?:: .*?)?` +\|.*\| (\d\.\d) +\|$/gm)]
    const documented = new Map(rows.map(([, name = '', cost = '']) => [name, cost]))
    const found = new Map<string, string>()
    for (const [allow] of SWITCHES)
      for (const name of Object.keys(allow))
        found.set(name, await exposureOf(unitWith({ [name]: allow[name as never] })))
    expect([...found].toSorted()).toEqual([...documented].toSorted())
  })
})
