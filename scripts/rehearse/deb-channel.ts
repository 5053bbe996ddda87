import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MEDIA_TYPES } from '../lib/core/artifact.ts'
import { type Plan, promisedOutputs } from '../lib/core/plan.ts'
import { debianRoot, type Suite, unpackRoot } from '../lib/io/debian-root.ts'
import { measureFile } from '../lib/io/files.ts'
import type { Channel, UpgradableApp } from './channel.ts'
import { type SystemdBox, startBox } from './systemd-box.ts'

/** A release with Debian packages. */
export interface DebRelease {
  readonly out: string // dist/
  readonly plan: Plan
}

/** Where the packages come from, and the system on which they are installed. */
export interface DebChannelOptions extends DebRelease {
  readonly suite: Suite
  readonly cache: string
}

/** An application that apt installed and systemd started, with the system around it. */
export interface InstalledApp extends UpgradableApp<DebRelease> {
  readonly box: SystemdBox
}

interface DebChannel extends Channel {
  start(): Promise<InstalledApp>
}

const NAMES: Readonly<Record<Suite, string>> = { bookworm: 'Debian 12', trixie: 'Debian 13' }

// What a small server has; the packages' own dependencies must be there, because nothing is fetched while installing.
const SYSTEM = ['systemd', 'systemd-sysv', 'dbus', 'python3', 'postgresql', 'sudo', 'ca-certificates']

const POOL = '/srv/packages'

/** The .deb set, installed by apt from a flat index beside a PostgreSQL, and started by systemd. */
export function debChannel(options: DebChannelOptions): DebChannel {
  const name = `deb on ${NAMES[options.suite]}`
  return { name, start: () => install(options) }
}

async function install(options: DebChannelOptions): Promise<InstalledApp> {
  const box = await openBox(options.suite, options.cache, [...SYSTEM, ...declaredDepends(options.plan)])
  const stop = async (): Promise<void> => {
    await box.stop()
    await rm(box.root, { recursive: true, force: true })
  }
  try {
    const { name } = options.plan.facts.app
    await addPackages(box, options)
    await listen(box, name)
    await makeDatabase(box, await box.exec(['apt-get', 'install', '--yes', '--quiet', name]))
    return { ...running(box, options.plan), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What the sections `deb` and `deps.system` ask for besides, the first of alternatives: it is on the system before, as nothing is fetched. */
function declaredDepends(plan: Plan): readonly string[] {
  const section = plan.formats.find((format) => format.name === 'deb')?.config as {
    readonly depends?: readonly string[]
  }
  const system = Object.values(plan.facts.deps.system ?? {})
  return [...(section?.depends ?? []), ...system].map((relation) => relation.replace(/[ :(|].*$/, ''))
}

/** A box with the channel's system, freshly unpacked. */
export async function openBox(suite: Suite, cache: string, packages: readonly string[] = SYSTEM): Promise<SystemdBox> {
  const root = await unpackRoot(await debianRoot(suite, packages, cache))
  return startBox(root).catch(async (error: unknown) => {
    await rm(root, { recursive: true, force: true })
    throw error
  })
}

/** The plan's packages as a flat repository inside the box (sources.list(5)), known to its apt. */
export async function addPackages(box: SystemdBox, { out, plan }: DebRelease): Promise<void> {
  const pool = join(box.root, POOL)
  await mkdir(pool, { recursive: true })
  const stanzas: string[] = []
  for (const output of promisedOutputs(plan)) {
    if (output.kind !== 'file' || output.mediaType !== MEDIA_TYPES.deb) continue
    const path = join(pool, output.name)
    await copyFile(join(out, 'artifacts', output.name), path)
    const { size, sha256 } = await measureFile(path)
    const control = await box.exec(['dpkg-deb', '--field', `${POOL}/${output.name}`])
    stanzas.push(`${control}Filename: ./${output.name}\nSize: ${size}\nSHA256: ${sha256}\n`)
  }
  await writeFile(join(pool, 'Packages'), stanzas.join('\n'))
  await rm(join(box.root, 'etc/apt/sources.list'), { force: true })
  await writeFile(join(box.root, 'etc/apt/sources.list.d/release.list'), `deb [trusted=yes] file:${POOL} ./\n`)
  await box.exec(['apt-get', 'update', '--quiet'])
}

/** The way an administrator changes one setting: the service then answers this machine too. */
async function listen(box: SystemdBox, name: string): Promise<void> {
  const folder = join(box.root, 'etc', name, 'conf.d')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'rehearsal.env'), `APP_HOST=${box.address}\n`)
}

/** Does what the installation said must be done next. */
async function makeDatabase(box: SystemdBox, said: string): Promise<void> {
  const next = /Next: (.+)$/m.exec(said)?.[1]
  if (next !== undefined) await box.exec(['sh', '-c', next])
}

function running(box: SystemdBox, { facts }: Plan): Omit<InstalledApp, 'stop'> {
  const { name } = facts.app
  const port = facts.runtime.services.find((service) => service.port !== undefined)?.port ?? 8000
  return {
    box,
    url: `http://${box.address}:${port}`,
    async restart() {
      await box.exec(['systemctl', 'restart', `${name}.service`])
    },
    async upgrade(release) {
      await addPackages(box, release)
      await box.exec(['apt-get', 'install', '--yes', '--quiet', name])
    },
    exec: (words) => box.exec([name, ...words]),
  }
}
