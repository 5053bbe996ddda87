import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../scripts/lib/io/run.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { runFolder, sampleRelease } from '../support/release.ts'

const ROOT = join(import.meta.dirname, '../..')

let first = ''
const second = join(runFolder, 'elsewhere', 'a much longer path', 'dist')
const home = join(runFolder, 'elsewhere', 'home')

/** A fresh clone at another path where the checkout is clean, else the checkout itself: then only the rest differs. */
async function anotherCheckout(): Promise<string> {
  const dirty = await run(['git', 'status', '--porcelain', '--', 'sample'], { cwd: ROOT })
  if (dirty !== '') return join(ROOT, 'sample')
  const clone = join(runFolder, 'elsewhere', 'clone')
  await run(['git', 'clone', '-q', '--no-local', ROOT, clone])
  return join(clone, 'sample')
}

/** The cache without what was made from downloads: everything is made again. */
async function downloadsOnly(): Promise<string> {
  const cache = join(runFolder, 'elsewhere', 'cache')
  await mkdir(cache)
  const names = (await readdir(cacheFolder())).filter((name) => name !== 'layers')
  for (const name of names) await symlink(join(cacheFolder(), name), join(cache, name))
  return cache
}

beforeAll(async () => {
  first = await sampleRelease()
  await rm(join(runFolder, 'elsewhere'), { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  const project = await anotherCheckout()
  const cache = await downloadsOnly()
  const words = ['dry-run', '--project', project, '--allow-dirty', '--out', second]
  const script = 'umask 077; exec taskset --cpu-list 0 "$@"'
  await execa('sh', ['-c', script, 'sh', process.execPath, join(ROOT, 'scripts/slipway.ts'), ...words], {
    cwd: home,
    env: { HOME: home, TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8', SLIPWAY_CACHE: cache, PYTHONHASHSEED: '7' },
    stdin: 'ignore',
  })
})
afterAll(() => rm(join(runFolder, 'elsewhere'), { recursive: true, force: true }))

describe('two dry runs of one commit', () => {
  it('give equal SHA256SUMS under another umask, time zone, language, HOME, path and core count', async () => {
    const sums = (out: string): Promise<string> => readFile(join(out, 'artifacts/SHA256SUMS'), 'utf8')
    expect(await sums(second)).toBe(await sums(first))
  })

  it('leave the checkout as it was', async () => {
    const clone = join(runFolder, 'elsewhere', 'clone')
    const status = await run(['git', 'status', '--porcelain', '--ignored'], { cwd: clone }).catch(() => '')
    expect(status).toBe('')
  })
})
