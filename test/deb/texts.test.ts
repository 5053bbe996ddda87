import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { debSchema } from '../../scripts/deb/config.ts'
import { renderControl } from '../../scripts/deb/control.ts'
import { copyrightNotices, parseMetadata } from '../../scripts/deb/dependencies.ts'
import { requiredLibraries } from '../../scripts/deb/elf-libraries.ts'
import { shortName } from '../../scripts/deb/licenses.ts'
import { renderManual } from '../../scripts/deb/manual.ts'
import { renderUnit } from '../../scripts/deb/unit.ts'
import { renderUnits, type UnitFile } from '../../scripts/deb/units.ts'
import { LAUNCHER_VERBS } from '../../scripts/launcher/verbs.ts'
import { readElf } from '../../scripts/lib/core/elf.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { withFile } from '../support/archives.ts'
import { sampleFacts } from '../support/facts.ts'
import { itWith } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'

const CONFIG = debSchema.parse({})
const LAUNCHER = join(import.meta.dirname, '../../scripts/launcher/python')

describe('the texts of a Debian package', () => {
  it('refuse a control field with a line break', () => {
    const fields = {
      Package: 'a',
      Version: '1',
      Architecture: 'all',
      Maintainer: 'A <a@b.c>\nEssential: yes',
      'Installed-Size': '1',
      Depends: [],
      Recommends: [],
      Section: 'web',
      Priority: 'optional',
      Homepage: '',
      Description: { synopsis: 'a', extended: '' },
    }
    expect(() => renderControl(fields)).toThrow('a control field cannot hold "A <a@b.c>\\nEssential: yes"')
  })

  it('keep empty lines of a description as control fields want them', () => {
    const Description = { synopsis: 'One', extended: 'Two\n\nThree  \n' }
    const fields = {
      Package: 'a',
      Version: '1',
      Architecture: 'all',
      Maintainer: 'A',
      'Installed-Size': '1',
      Depends: ['b', 'c'],
      Recommends: [],
      Section: 'web',
      Priority: 'optional',
      Homepage: '',
      Description,
    }
    expect(renderControl(fields).split('\n').slice(5)).toEqual([
      'Depends: b, c',
      'Section: web',
      'Priority: optional',
      'Description: One',
      ' Two',
      ' .',
      ' Three',
      '',
    ])
  })

  it.each(['a\nUser=root', 'a\\'])('refuse %j as a value of a unit', (value) => {
    expect(() => renderUnit([{ name: 'Unit', settings: [['Description', value]] }])).toThrow("a unit's Description")
  })

  it.each([
    ['Apache-2.0', 'Apache-2.0', 'Apache-2.0'],
    ['Apache Software License', 'Apache-2.0', 'Apache-2.0'],
    ['GPL-3.0-only', 'GPL-3', 'GPL-3'],
    ['GNU Lesser General Public License v3 or later (LGPLv3+)', 'LGPL-3', 'LGPL-3'],
    ['LGPL-3.0-only', 'LGPL-3', 'LGPL-3'],
    ['Mozilla Public License 2.0 (MPL 2.0)', 'MPL-2.0', 'MPL-2.0'],
    ['MIT License', 'Expat', ''],
    ['BSD-3-Clause', 'BSD-3-Clause', ''],
    ['Apache-2.0 OR BSD-3-Clause', 'Apache-2.0-OR-BSD-3-Clause', ''],
    ['', 'unknown', ''],
  ])('name the licence %j as Debian does', (declared, name, file) => {
    expect(shortName(declared)).toEqual({ name, file })
  })

  it('find who holds a copyright', () => {
    const text =
      'MIT License\n\nCopyright (c) 2010-2024 Ada <ada@a.example>\n# © 2001 B, All rights reserved.\nCopyright (C) 2010-2024 Ada <ada@a.example>\nCopyright [yyyy] [name]\n'
    expect(copyrightNotices(text)).toEqual(['2010-2024 Ada <ada@a.example>', '2001 B'])
  })

  it('read METADATA up to its description, folded lines joined', () => {
    const fields = parseMetadata('Name: a\nLicense: one\n        two\nClassifier: x\nClassifier: y\n\nAuthor: nobody\n')
    expect(fields.get('license')).toEqual(['one two'])
    expect(fields.get('classifier')).toEqual(['x', 'y'])
    expect(fields.has('author')).toBe(false)
  })
})

const textOf = (units: readonly UnitFile[], name: string): string =>
  units.find((unit) => unit.name === name)?.text ?? ''

describe('the units', () => {
  const facts = sampleFacts()
  const [web] = facts.runtime.services
  const two = {
    ...facts,
    runtime: { ...facts.runtime, services: [...(web ? [web] : []), { name: 'worker', command: ['celery', 'worker'] }] },
  }

  it('are one for each service, the first with the name of the package', () => {
    expect(renderUnits(two, CONFIG).map((unit) => unit.name)).toEqual([
      'satchel-init.service',
      'satchel-migrate.service',
      'satchel.service',
      'satchel-worker.service',
      'satchel-init@.service',
      'satchel-migrate@.service',
      'satchel@.service',
      'satchel-worker@.service',
    ])
  })

  it('of an instance name nothing of the service without a name', () => {
    for (const { name, text } of renderUnits(two, CONFIG).filter((unit) => unit.name.includes('@'))) {
      expect(`${name}: ${text}`).not.toMatch(/satchel(-\w+)?\.service/)
      expect(text).not.toMatch(/(Directory|LoadCredential)=(?!.*(instances\/%i|0750|0755))/)
      expect(text).toContain('/usr/bin/satchel --instance %i ')
    }
  })

  it('let further services follow the first one, and only that one is enabled', () => {
    const worker = textOf(renderUnits(two, CONFIG), 'satchel-worker.service')
    expect(worker).toContain('PartOf=satchel.service\n')
    expect(textOf(renderUnits(two, CONFIG), 'satchel@.service')).toContain('Wants=satchel-worker@%i.service\n')
    expect(worker).toContain('Type=exec\n')
    expect(worker).not.toContain('[Install]')
    expect(worker).not.toContain('ExecReload') // HUP would end a program that does not expect it
  })

  it('come after each other unit once, also without migrations', () => {
    const { migrate: _, ...runtime } = facts.runtime
    const service = textOf(renderUnits({ ...facts, runtime }, CONFIG), 'satchel.service')
    expect(service).toContain('After=satchel-init.service network.target\n')
  })

  it('refuse a system call with an error, which does not kill a worker', () => {
    for (const { text } of renderUnits(facts, CONFIG)) expect(text).toContain('SystemCallErrorNumber=EPERM\n')
  })

  it('hand over every generated key to what runs the application, and never an environment file', () => {
    for (const { name, text } of renderUnits(facts, CONFIG)) {
      expect(text).not.toContain('EnvironmentFile')
      expect(text.includes('LoadCredential=secret_key:/etc/satchel/secret_key')).toBe(
        name === 'satchel-migrate.service' || name === 'satchel.service',
      )
    }
  })

  itWith(['systemd-analyze'], 'are exposed by 1.5 at most, as systemd itself counts', async () => {
    for (const { name, text } of renderUnits(two, CONFIG)) {
      await withFile(
        Buffer.from(text),
        async (file) => {
          const said = await run(['systemd-analyze', 'security', '--offline=true', '--threshold=15', file])
          expect(said).toMatch(/Overall exposure level for .*: [01]\.\d/)
        },
        name,
      )
    }
  })
})

describe('the manual page', () => {
  it('has the verbs that the launcher has', async () => {
    const list = 'print("\\n".join(f"{n}|{v.usage}|{v.summary}" for n, v in VERBS.items()))'
    const said = await run(['python3', '-c', `from slipway_launcher.main import VERBS; ${list}`], {
      env: { PYTHONPATH: LAUNCHER, PYTHONDONTWRITEBYTECODE: '1' },
    })
    const own = LAUNCHER_VERBS.map(({ name, usage, summary }) => `${name}|${usage}|${summary}`)
    expect(said.trimEnd().split('\n')).toEqual(own)
  })

  itWith(['man'], 'is set by man without a warning', async () => {
    const odd = sampleFacts({ app: { ...sampleFacts().app, description: '.so it begins\nback\\slash "quoted"\n' } })
    await withFile(
      gzipSync(renderManual(odd)),
      async (file) => {
        const shown = await run(['man', '--warnings=w', '-E', 'UTF-8', '-P', 'cat', '-l', file], {
          env: { MANWIDTH: '80', MANROFFSEQ: '' },
        })
        expect(shown).toContain('.so it begins back\\slash "quoted"')
        expect(shown).toContain('bring the database up to date, one at a time')
      },
      'satchel.8.gz',
    )
  })
})

describe('shared libraries', () => {
  itWith(['readelf'], 'are those that readelf finds', async () => {
    const said = await run(['readelf', '--dynamic', '--wide', process.execPath])
    const expected = [...said.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name)
    expect(expected.length).toBeGreaterThan(3)
    expect(readElf(await readFile(process.execPath))?.needed).toEqual(expected)
  })

  itWith(['readelf'], 'ask for the versions that readelf finds', async () => {
    const said = await run(['readelf', '--version-info', '--wide', process.execPath])
    const needs = said.slice(said.indexOf('.gnu.version_r'))
    const expected = [...new Set([...needs.matchAll(/Name: (\S+) {2}Flags/g)].map(([, name]) => name))]
    expect(expected.length).toBeGreaterThan(10)
    expect(readElf(await readFile(process.execPath))?.versions).toEqual(expected)
  })

  it('are none in what is no ELF file', () => {
    expect(readElf(Buffer.from('#!/bin/sh\n'))).toBeUndefined()
  })

  itWith(['readelf'], 'become the packages that have them, unless the tree brings them', async () => {
    const node = await readFile(process.execPath)
    const tree = plantTree({ 'a.cpython-311.so': node, 'a.libs/libstdc++.so.6': 'brought' })
    expect(await requiredLibraries(tree, 'manylinux_2_28', [])).toEqual(
      ['libatomic1', 'libc6 (>= 2.28)', 'libgcc-s1'].filter(
        (name) => name !== 'libatomic1' || node.includes('libatomic.so.1\0'),
      ),
    )
    // A wheel keeps to its floor; what was built for one system may need a newer C library.
    expect(await requiredLibraries(tree, 'manylinux_2_17', [])).toContain('libc6 (>= 2.28)')
  })
})

describe('the configuration', () => {
  it.each([
    [{ pythons: ['3'] }, 'is no Python minor'],
    [{ depends: ['libcairo2 >= 1.16'] }, 'is no Debian relationship'],
    [{ depends: ['a (>= 1)\nEvil: yes'] }, 'is no Debian relationship'],
    [{ compression: { level: 12 } }, 'Too big'],
  ])('refuses %j', (section, message) => {
    expect(() => debSchema.parse(section)).toThrow(message)
  })

  it.each(['libcairo2', 'libcairo2 (>= 1.16~)', 'python3:any', 'aa | bb (<< 2) | cc'])(
    'takes %s as a relationship',
    (one) => {
      expect(debSchema.parse({ depends: [one] }).depends).toEqual([one])
    },
  )
})
