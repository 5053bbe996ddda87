import { z } from 'zod'

/** What the units of an application allow besides the little that every web application needs. */
export interface Allow {
  readonly jit: boolean
  readonly devices: readonly string[]
  readonly home: 'no' | 'read' | 'write'
  readonly writable: readonly string[]
  readonly families: readonly string[]
  readonly addresses: readonly string[]
  readonly 'low-ports': boolean
  readonly namespaces: boolean
  readonly processes: boolean
  readonly priorities: boolean
  readonly memory?: string | undefined
  readonly tasks?: number | undefined
}

// systemd.exec(5), systemd.resource-control(5): values stand in a unit's line, where blanks separate and `%` means something.
const path = z.string().regex(/^\/[^\s%"'\\]+$/, 'is no absolute path without blanks')

const DEVICE = /^(\/dev\/[\w./-]+|(char|block)-[\w*?-]+)$/
const ADDRESS = /^(any|localhost|link-local|multicast|[\d.]+(\/\d+)?|[\da-f:]+(\/\d+)?)$/i

/** `deb.allow`: each loosening of the units by name. */
export const allowSchema: z.ZodType<Allow> = z.strictObject({
  jit: z
    .boolean()
    .default(false)
    .describe('The application makes machine code while it runs: memory both writable and executable.'),
  devices: z
    .array(z.string().regex(DEVICE, 'is neither below /dev nor a class such as char-drm'))
    .default([])
    .describe('Devices it reads and writes, such as /dev/ttyUSB0, or classes of them such as char-drm.'),
  home: z
    .enum(['no', 'read', 'write'])
    .default('no')
    .describe('Whether it may read, or write, what lies in /home and /root; the rights of its own user hold besides.'),
  writable: z
    .array(path)
    .default([])
    .describe(
      'Folders besides its state that it writes to, such as a share it imports from; absent ones are left out.',
    ),
  families: z
    .array(z.string().regex(/^AF_[A-Z0-9]+$/, 'is no address family such as AF_NETLINK'))
    .default([])
    .describe('Families of sockets besides Unix, IPv4 and IPv6, such as AF_NETLINK to see the network interfaces.'),
  addresses: z
    .array(z.string().regex(ADDRESS, 'is no address, network, or word such as localhost'))
    .default([])
    .describe('The only addresses and networks it may talk to, both ways; all without this.'),
  'low-ports': z.boolean().default(false).describe('It listens on ports below 1024 itself (CAP_NET_BIND_SERVICE).'),
  namespaces: z
    .boolean()
    .default(false)
    .describe(
      'It starts programs in sandboxes of their own, as Chromium and bubblewrap do: user and mount namespaces.',
    ),
  processes: z
    .boolean()
    .default(false)
    .describe("It looks at the machine's load, memory and processes of others, as monitors do: all of /proc."),
  priorities: z
    .boolean()
    .default(false)
    .describe('It sets priorities, processors and limits of its processes, as some task queues do.'),
  memory: z
    .string()
    .regex(/^[1-9]\d*(K|M|G|%)$/, 'is no size such as 2G, or share such as 50%')
    .optional()
    .describe('Memory of each service at most, such as 2G or 50%; what goes beyond is ended and started anew.'),
  tasks: z.int().min(1).optional().describe('Processes and threads of each service at most.'),
})
