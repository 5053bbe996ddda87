import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aptMirror } from '../lib/io/debian-mirrors.ts'
import { atExit } from '../lib/io/interrupt.ts'
import { run } from '../lib/io/run.ts'

export type Suite = 'bookworm' | 'trixie'

/** A Debian system as a tar in the cache: made once for a suite and a list of packages. */
export async function debianRoot(suite: Suite, packages: readonly string[], cache: string): Promise<string> {
  const list = [...packages].sort().join(',')
  const key = createHash('sha256').update(list).digest('hex').slice(0, 12)
  const path = join(cache, 'roots', `${suite}-${key}.tar`)
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (there) return path
  await mkdir(join(cache, 'roots'), { recursive: true })
  const beside = `${path}.${process.pid}.part.tar`
  const forget = atExit(() => rm(beside, { force: true }))
  try {
    const flags = ['--variant=apt', `--include=${list}`, '--aptopt=Acquire::Languages "none"']
    await run(['mmdebstrap', ...flags, suite, beside, `${await aptMirror()}/debian`])
    await rename(beside, path)
  } finally {
    await rm(beside, { force: true })
    forget()
  }
  return path
}

/** A system of its own from such a tar, in a new folder below the temporary one; without device files. */
export async function unpackRoot(tar: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-root-'))
  await run(['tar', '--extract', `--file=${tar}`, `--directory=${root}`, '--numeric-owner', '--exclude=./dev/*'])
  await run(['chmod', '755', root])
  return root
}
