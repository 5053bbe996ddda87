import { describe, expect, it } from 'vitest'
import { constraints } from '../../scripts/constraints/index.ts'
import type { Built } from '../../scripts/lib/core/artifact.ts'
import { sampleFacts } from '../support/facts.ts'
import { plantTree } from '../support/trees.ts'
import { memoryWork, type WorkParts, writtenFile } from '../support/work.ts'

const FILE = 'satchel-1.2.0-constraints-py3.11.txt'
const CONFIG = { pythons: ['3.11'], architectures: ['amd64', 'arm64'] }
const hash = (sign: string): string => sign.repeat(64)

const output = (name: string, sha256: string): Built['outputs'][number] => ({
  ...{ kind: 'file', name, mediaType: 'a/b', carries: 'none', size: 1, sha256 },
})
const BUILT: Built = {
  schema: 1,
  format: 'pypi',
  outputs: [
    output('satchel_release-1.2.0.tar.gz', hash('1')),
    output('satchel_release-1.2.0-py3-none-any.whl', hash('2')),
  ],
}

const installed = (...packages: readonly string[]) =>
  plantTree(
    Object.fromEntries(
      packages.map((one) => {
        const [name = '', version = ''] = one.split(' ')
        const text = `Metadata-Version: 2.4\r\nName: ${name}\r\nVersion: ${version}\r\n\r\nName: no\r\n`
        return [`${name}-${version}.dist-info/METADATA`, text]
      }),
    ),
  )

const LOCK = [
  `Django==5.2.8 --hash=sha256:${hash('a')} --hash=sha256:${hash('b')}`,
  `zope.interface[test]==7.0 ; python_version < "3.12" --hash=sha256:${hash('d')}`,
  `zope-interface==7.0 ; python_version >= "3.12" --hash=sha256:${hash('c')}`,
  `six==1.17.0 --hash=sha256:${hash('e')}`,
]

async function built(lock: readonly string[], parts: WorkParts = {}): Promise<string> {
  const work = memoryWork({
    source: plantTree({ 'requirements.txt': `${lock.join('\n')}\n` }),
    built: { pypi: BUILT },
    vendor: {
      'py3.11-amd64': installed('zope.interface 7.0', 'Django 5.2.8'),
      'py3.11-arm64': installed('six 1.17.0', 'Django 5.2.8', 'zope.interface 7.0'),
    },
    promised: constraints.outputs(sampleFacts(), CONFIG).map(({ name }) => name),
    ...parts,
  })
  await constraints.build(work, CONFIG)
  return Buffer.from(writtenFile(work, FILE)).toString()
}

describe('the constraints of a Python', () => {
  it('pin the wheel and what every machine has, with the hashes of the lock and markers where machines differ', async () => {
    expect(await built(LOCK)).toBe(
      [
        '# Satchel 1.2.0 and everything that it needs on Python 3.11, Linux on amd64 and arm64:',
        `#     pip install --require-hashes --requirement ${FILE}`,
        '# uv tool install takes it with --constraints.',
        `satchel-release==1.2.0 \\\n    --hash=sha256:${hash('1')} \\\n    --hash=sha256:${hash('2')}`,
        `django==5.2.8 \\\n    --hash=sha256:${hash('a')} \\\n    --hash=sha256:${hash('b')}`,
        `six==1.17.0 ; platform_machine == 'aarch64' \\\n    --hash=sha256:${hash('e')}`,
        `zope-interface==7.0 \\\n    --hash=sha256:${hash('c')} \\\n    --hash=sha256:${hash('d')}`,
        '',
      ].join('\n'),
    )
  })

  it('hold no hash at all where one is not known, which pip would refuse', async () => {
    const text = await built(['Django==5.2.8', ...LOCK.slice(1)])
    expect(text).toContain('\n# Without hashes: the requirements of this release have none.\n')
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'satchel-release==1.2.0',
      'django==5.2.8',
      "six==1.17.0 ; platform_machine == 'aarch64'",
      'zope-interface==7.0',
      '',
    ])
  })

  it('are resolved for each Python on each machine, and promised one file for each Python', () => {
    const config = { pythons: ['3.10', '3.14'], architectures: ['amd64', 'arm64'] }
    expect(constraints.targets(config).map(({ python, arch }) => `${python} ${arch}`)).toEqual([
      '3.10 amd64',
      '3.10 arm64',
      '3.14 amd64',
      '3.14 arm64',
    ])
    expect(constraints.outputs(sampleFacts(), config).map(({ name }) => name)).toEqual([
      'satchel-1.2.0-constraints-py3.10.txt',
      'satchel-1.2.0-constraints-py3.14.txt',
    ])
  })
})
