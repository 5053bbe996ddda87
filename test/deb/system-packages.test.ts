import { describe, expect, it } from 'vitest'
import { deb } from '../../scripts/deb/index.ts'
import type { Facts } from '../../scripts/lib/core/facts.ts'
import { sampleFacts } from '../support/facts.ts'
import { plantTree } from '../support/trees.ts'
import { type MemoryWork, memoryWork, writtenFile } from '../support/work.ts'
import { textOf, unpackDeb } from './unpack.ts'

const VENDOR = plantTree({
  '_cffi_backend.cpython-311-x86_64-linux-gnu.so': 'native',
  'cffi/__init__.py': '',
  'cffi-2.1.1.dist-info/METADATA': 'Name: cffi\nVersion: 2.1.1\n\n',
  'cffi-2.1.1.dist-info/top_level.txt': '_cffi_backend\ncffi\n',
  'lxml.libs/libxml2.so.2': 'brought',
  'lxml/etree.abi3.so': 'native',
  'lxml-6.0.dist-info/METADATA': 'Name: lxml\nVersion: 6.0\n\n',
  'django/__init__.py': '',
  'django-5.2.dist-info/METADATA': 'Name: Django\nVersion: 5.2\n\n',
})

const factsWith = (system: Readonly<Record<string, string>>, native = true): Facts =>
  sampleFacts({ deps: { ...sampleFacts().deps, system }, python: { ...sampleFacts().python, native } })

const SYSTEM = { CFFI: 'python3-cffi-backend (>= 1.15)', lxml: 'python3-lxml' }

async function build(facts: Facts): Promise<MemoryWork> {
  const work = memoryWork({ facts, vendor: { 'py3.11-amd64': VENDOR, 'py3.13-arm64': VENDOR } })
  await deb.build(work, facts.python.native ? { pythons: ['3.11'] } : { pythons: ['3.13'], architectures: ['arm64'] })
  return work
}

describe('dependencies that Debian packages bring', () => {
  it('are links to their modules, and asked for', async () => {
    const work = await build(factsWith(SYSTEM))
    const { data, controlTar } = await unpackDeb(writtenFile(work, 'satchel-deps-py3.11_1.2.0-1_amd64.deb'))
    const at = './usr/lib/satchel/vendor/py3.11/'
    const inside = data.filter((row) => row.path.startsWith(at) && row.kind !== 'directory')
    expect(inside.map((row) => `${row.path.slice(at.length)} ${row.target ?? ''}`.trim())).toEqual([
      '_cffi_backend.cpython-311-x86_64-linux-gnu.so ../../../python3/dist-packages/_cffi_backend.cpython-311-x86_64-linux-gnu.so',
      'cffi ../../../python3/dist-packages/cffi',
      'django-5.2.dist-info/METADATA',
      'django/__init__.py',
      'lxml ../../../python3/dist-packages/lxml',
    ])
    expect(await textOf(controlTar, './control')).toMatch(
      /^Depends: .*python3-cffi-backend \(>= 1\.15\), python3-lxml$/m,
    )
  })

  it('are named in the data of the launcher', async () => {
    const { dataTar } = await unpackDeb(writtenFile(await build(factsWith(SYSTEM)), 'satchel_1.2.0-1_all.deb'))
    const data = JSON.parse(await textOf(dataTar, './usr/lib/satchel/launcher/launcher.json'))
    expect(data.system).toEqual(['cffi', 'lxml'])
  })

  it('are asked for by the application itself where it brings the others', async () => {
    const work = await build(factsWith({ lxml: 'python3-lxml' }, false))
    const { controlTar } = await unpackDeb(writtenFile(work, 'satchel_1.2.0-1_all.deb'))
    expect(await textOf(controlTar, './control')).toMatch(/^Depends: python3-lxml, python3 \(>= 3\.13~\)/m)
  })

  it('are refused where no dependency has that name', async () => {
    await expect(build(factsWith({ pillow: 'python3-pil' }))).rejects.toMatchObject({
      code: 'DEPS_UNRESOLVED',
      message: 'deps.system names what no dependency brings: pillow',
    })
  })
})
