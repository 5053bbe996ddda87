import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import type { Command } from '../lib/core/format.ts'
import { atExit } from '../lib/io/interrupt.ts'
import { run } from '../lib/io/run.ts'
import { ARCHITECTURES } from './lock-file.ts'
import type { ArchiveFile, ByteSource } from './sources.ts'
import type { SuitePart } from './suites.ts'

/** The system's own apt with a private state: it honours the machine's proxies, credentials and transports. */
export interface AptSource extends ByteSource {
  close(): Promise<void>
}

/** Lets apt load the indexes of the suites from `mirror`; apt checks signatures itself, and all is checked again by us. */
export async function aptSource(
  mirror: string,
  parts: readonly SuitePart[],
  keys: readonly string[],
): Promise<AptSource> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-apt-'))
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true })
  const forget = atExit(remove)
  const options = await privateState(dir, mirror, parts, keys)
  await run(['apt-get', ...options, 'update'])
  const lists = join(dir, 'lists')
  return {
    name: 'apt',
    async open(file) {
      const path = file.package === undefined ? await indexPath(lists, file) : await downloaded(dir, options, file)
      return createReadStream(path)
    },
    async close() {
      forget()
      await remove()
    },
  }
}

async function privateState(
  dir: string,
  mirror: string,
  parts: readonly SuitePart[],
  keys: readonly string[],
): Promise<string[]> {
  for (const name of ['lists/partial', 'archives/partial', 'downloads'])
    await mkdir(join(dir, name), { recursive: true })
  const trusted = join(dir, 'keys.asc')
  const architectures = ARCHITECTURES.join(',')
  const line = ({ archive, suite }: SuitePart): string =>
    `deb [arch=${architectures} signed-by=${trusted}] ${mirror}/${archive} ${suite} main\n`
  await writeFile(trusted, keys.join('\n'))
  await writeFile(join(dir, 'sources.list'), parts.map(line).join(''))
  await writeFile(join(dir, 'status'), '')
  const settings = [
    `Dir::Etc::SourceList=${join(dir, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State=${dir}`,
    `Dir::State::Lists=${join(dir, 'lists')}`,
    `Dir::State::Status=${join(dir, 'status')}`,
    `Dir::Cache=${dir}`,
    `Dir::Cache::Archives=${join(dir, 'archives')}`,
    `APT::Architecture=${ARCHITECTURES[0]}`,
    ...ARCHITECTURES.map((arch) => `APT::Architectures::=${arch}`),
    'APT::Sandbox::User=root', // a folder below /tmp is closed to _apt
    'Acquire::Languages=none',
    'Acquire::GzipIndexes=true', // keep what was fetched as it was fetched
    'Acquire::IndexTargets::deb::Packages::KeepCompressedAs=xz',
  ]
  return ['-qq', ...settings.flatMap((setting) => ['-o', setting])]
}

/** apt flattens `debian/dists/trixie/InRelease` to `HOST_debian_dists_trixie_InRelease`. */
async function indexPath(lists: string, { path }: ArchiveFile): Promise<string> {
  const flat = path.replace(/\/by-hash\/.*$/, '/Packages.xz').replaceAll('/', '_')
  const name = (await readdir(lists)).find((one) => one.endsWith(`_${flat}`))
  if (name === undefined) throw new ReleaseError('NOT_IN_REGISTRY', `apt did not load ${path}`)
  return join(lists, name)
}

async function downloaded(dir: string, options: readonly string[], file: ArchiveFile): Promise<string> {
  const { name, version, arch } = file.package ?? { name: basename(file.path), version: '', arch: 'all' }
  const target = arch === 'all' ? name : `${name}:${arch}` // apt does not know name:all
  const folder = await mkdtemp(join(dir, 'downloads', 'deb-'))
  const command: Command = ['apt-get', ...options, 'download', `${target}=${version}`]
  await run(command, { cwd: folder }).catch((cause: unknown) => {
    throw new ReleaseError('NOT_IN_REGISTRY', `apt has no ${target} ${version}`, { cause })
  })
  const [found] = await readdir(folder)
  if (found === undefined) throw new ReleaseError('NOT_IN_REGISTRY', `apt gave nothing for ${target} ${version}`)
  return join(folder, found)
}
