import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../../scripts/lib/io/run.ts'
import { temporaryFolder } from '../plan/repository.ts'

const POSTRM = join(import.meta.dirname, '../../scripts/deb/maintainer/postrm')

/** A system with an installed application that has made a key. */
function system(): string {
  const root = temporaryFolder()
  for (const folder of ['etc/satchel/instances/north', 'etc/elsewhere', 'var/lib/satchel/media']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  writeFileSync(join(root, 'etc/satchel/secret_key'), 'key', { mode: 0o600 })
  writeFileSync(join(root, 'etc/satchel/satchel.env'), '')
  writeFileSync(join(root, 'etc/satchel/instances/north/secret_key'), 'northern', { mode: 0o600 })
  writeFileSync(join(root, 'etc/satchel/instances/north/satchel.env'), '')
  return root
}

const purge = (root: string): Promise<string> =>
  run(['sh', POSTRM, 'purge'], { env: { DPKG_MAINTSCRIPT_PACKAGE: 'satchel', DPKG_ROOT: root } })

describe('a purge', () => {
  it('keeps the key in a folder of its own, and not in that of the service', async () => {
    const root = system()
    symlinkSync(join(root, 'etc/elsewhere'), join(root, 'var/lib/satchel/kept-keys'))
    await purge(root)
    const kept = join(root, 'var/lib/satchel-keys')
    expect(readdirSync(join(root, 'etc/elsewhere'))).toEqual([])
    expect(readdirSync(kept)).toEqual(['instances', 'secret_key'])
    expect(statSync(kept).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(kept, 'secret_key'), 'utf8')).toBe('key')
    expect(readdirSync(join(kept, 'instances/north'))).toEqual(['secret_key'])
    expect(readFileSync(join(kept, 'instances/north/secret_key'), 'utf8')).toBe('northern')
    expect(readdirSync(join(root, 'etc'))).toEqual(['elsewhere'])
  })

  it('stops before a link in that place, and loses no key', async () => {
    const root = system()
    symlinkSync(join(root, 'etc/elsewhere'), join(root, 'var/lib/satchel-keys'))
    await expect(purge(root)).rejects.toThrow()
    expect(readdirSync(join(root, 'etc/elsewhere'))).toEqual([])
    expect(readFileSync(join(root, 'etc/satchel/secret_key'), 'utf8')).toBe('key')
  })
})
