import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Architecture } from '../core/facts.ts'
import type { Command } from '../core/format.ts'
import { aptMirror } from './debian-mirrors.ts'
import { atExit } from './interrupt.ts'
import { networkEnvironment } from './network.ts'
import { run } from './run.ts'

export type Suite = 'bookworm' | 'trixie'

/** Which machine a root is for, and how this one is let to make it. */
export interface RootOptions {
  readonly arch?: Architecture
  /** The command as somebody who may, such as by sudo; default: as it is. */
  readonly as?: (command: Command) => Command
}

/** A Debian system as a tar in the cache: made once for a suite and a list of packages. */
export async function debianRoot(
  suite: Suite,
  packages: readonly string[],
  cache: string,
  { arch, as = asItIs }: RootOptions = {},
): Promise<string> {
  const list = [...packages].sort().join(',')
  const key = createHash('sha256').update(list).digest('hex').slice(0, 12)
  const path = join(cache, 'roots', `${suite}${arch === undefined ? '' : `-${arch}`}-${key}.tar`)
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (there) return path
  await mkdir(join(cache, 'roots'), { recursive: true })
  const beside = `${path}.${process.pid}.part.tar`
  const forget = atExit(() => rm(beside, { force: true }))
  try {
    const machine = arch === undefined ? [] : [`--architectures=${arch}`]
    const flags = ['--variant=apt', `--include=${list}`, '--aptopt=Acquire::Languages "none"', ...machine]
    const command: Command = ['mmdebstrap', ...flags, suite, beside, `${await aptMirror()}/debian`]
    await run(as(command), { env: networkEnvironment() })
    await rename(beside, path)
  } finally {
    await rm(beside, { force: true })
    forget()
  }
  return path
}

const asItIs = (command: Command): Command => command

/** A system of its own from such a tar, in a new folder below the temporary one; without device files. */
export async function unpackRoot(tar: string, as: (command: Command) => Command = asItIs): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-root-'))
  await run(as(['tar', '--extract', `--file=${tar}`, `--directory=${root}`, '--numeric-owner', '--exclude=./dev/*']))
  await run(as(['chmod', '755', root]))
  return root
}
