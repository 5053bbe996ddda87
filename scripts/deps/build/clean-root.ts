import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ReleaseError } from '../../lib/core/error.ts'
import type { Architecture, Target } from '../../lib/core/facts.ts'
import type { Command } from '../../lib/core/format.ts'
import { debianRoot, type Suite, unpackRoot } from '../../lib/io/debian-root.ts'
import { atExit } from '../../lib/io/interrupt.ts'
import { run } from '../../lib/io/run.ts'
import { builderRights, type Rights } from './rights.ts'

const SCRIPT = fileURLToPath(new URL('in-clean-root.sh', import.meta.url))
const NOBODY = '65534'

/** A Debian system with compilers and Python's headers, unpacked for as long as something is built in it. */
export interface CleanRoot {
  readonly suite: Suite
  readonly packages: readonly string[] // `name version` of each package in it
  run(folder: string, args: readonly string[], epoch: number): Promise<string>
  remove(): Promise<void>
}

// The Debian release whose python3 is of that minor.
const SUITES: Readonly<Record<string, Suite>> = { '3.11': 'bookworm', '3.13': 'trixie' }

const COMPILERS = ['g++', 'gcc', 'libc6-dev', 'make', 'pkg-config', 'python3-dev']

/** What stands against building for a target on this machine; undefined where nothing does. */
export async function obstacle({ python, arch }: Target): Promise<string | undefined> {
  if (SUITES[python] === undefined) {
    return `there is a clean root for Python ${Object.keys(SUITES).join(' and ')} only (Debian 12 and 13)`
  }
  if (process.platform !== 'linux') return 'a clean Debian root can be made on Linux only'
  if (arch === ownArchitecture()) return undefined
  const canEmulate = await readFile(`/proc/sys/fs/binfmt_misc/qemu-${MACHINES[arch]}`).then(
    () => true,
    () => false,
  )
  return canEmulate ? undefined : `this machine cannot run ${arch} programs`
}

const MACHINES = { amd64: 'x86_64', arm64: 'aarch64' } as const

function ownArchitecture(): Architecture {
  return process.arch === 'arm64' ? 'arm64' : 'amd64'
}

/** Makes the root of a target, or takes it from the cache, and unpacks it. */
export async function openCleanRoot(target: Target, more: readonly string[], cache: string): Promise<CleanRoot> {
  const rights = await builderRights()
  await assertTool(rights.as(['mmdebstrap', '--version']))
  const suite = SUITES[target.python] ?? 'trixie'
  const foreign = target.arch === ownArchitecture() ? {} : { arch: target.arch }
  const list = [...new Set([...COMPILERS, ...more])]
  const tar = await debianRoot(suite, list, cache, { ...foreign, as: rights.as }).catch((cause: unknown) => {
    throw notMade(cause, suite, more)
  })
  const root = await unpackRoot(tar, rights.as)
  const clear = (): Promise<unknown> => run(rights.as(['rm', '--recursive', '--force', '--one-file-system', root]))
  const forget = atExit(clear)
  return {
    suite,
    packages: installed(await readFile(join(root, 'var/lib/dpkg/status'), 'utf8')),
    run: (folder, args, epoch) => runInside(rights, root, folder, [String(epoch), ...args]),
    async remove() {
      await clear()
      forget()
    },
  }
}

/** As nobody, whom the folder is given to for that time. */
async function runInside(rights: Rights, root: string, folder: string, args: readonly string[]): Promise<string> {
  const user = rights.mapped ? '0' : NOBODY
  const own = (id: string): Command => ['chown', '--recursive', id, folder]
  if (!rights.mapped) await run(rights.as(own(`${NOBODY}:${NOBODY}`)))
  try {
    return await run(rights.inside([SCRIPT, root, folder, user, ...args]))
  } finally {
    if (!rights.mapped) await run(rights.as(own(`${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`)))
  }
}

async function assertTool(probe: Command): Promise<void> {
  await run(probe).catch((cause: unknown) => {
    throw new ReleaseError('TOOL_MISSING', 'mmdebstrap is not installed, which makes clean Debian roots', {
      hint: 'Run `apt install mmdebstrap debian-archive-keyring` and the same command again.',
      cause,
    })
  })
}

function notMade(cause: unknown, suite: Suite, more: readonly string[]): unknown {
  if (!(cause instanceof ReleaseError) || cause.code !== 'COMMAND_FAILED') return cause
  const named = more.length === 0 ? '' : ` with ${more.join(', ')}`
  return new ReleaseError('DEPS_UNRESOLVED', `mmdebstrap makes no clean root of Debian ${suite}${named}`, {
    hint: 'Mend what it says: a package that this release lacks stands in build-depends; a key comes with debian-archive-keyring.',
    cause: cause.cause,
  })
}

// dpkg(1), status file: paragraphs with `Package` before `Version`.
function installed(status: string): readonly string[] {
  const packages = status.matchAll(/^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$/gm)
  return [...packages].map(([, name, version]) => `${name} ${version}`).sort()
}
