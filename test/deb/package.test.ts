import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { deb } from '../../scripts/deb/index.ts'
import type { BuiltOutput } from '../../scripts/lib/core/artifact.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { readArtifact } from '../../scripts/prove/read-artifact.ts'
import { withFile } from '../support/archives.ts'
import { prereleaseFacts, sampleFacts } from '../support/facts.ts'
import { itWith } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'
import { digestsOf, elsewhere, memoryWork, shuffledWork, writtenFile } from '../support/work.ts'
import { renderRows, textOf, type Unpacked, unpackDeb } from './unpack.ts'

const GOLDEN = join(import.meta.dirname, '../golden/deb')
const APP = 'satchel_1.2.0-1_all.deb'
const DEPS = 'satchel-deps-py3.11_1.2.0-1_amd64.deb'

const VENDOR = plantTree({
  'django/__init__.py': 'VERSION = (5, 2, 8)\n',
  'django-5.2.8.dist-info/METADATA':
    'Metadata-Version: 2.4\nName: Django\nVersion: 5.2.8\nAuthor-email: Django <foundation@djangoproject.com>\nLicense-Expression: BSD-3-Clause\nProject-URL: Homepage, https://www.djangoproject.com/\n\nDescription: not a field\n',
  'django-5.2.8.dist-info/licenses/LICENSE':
    'Copyright (c) Django Software Foundation and individual contributors, 2005-2025.\nAll rights reserved.\n',
  'gunicorn/__init__.py': '',
  'gunicorn-23.0.0.dist-info/METADATA':
    'Name: gunicorn\nVersion: 23.0.0\nAuthor: Benoit Chesneau\nClassifier: License :: OSI Approved :: MIT License\n\n',
  'six.py': '',
  'six-1.17.0.dist-info/METADATA': 'Name: six\nVersion: 1.17.0\nLicense: MIT\nHome-page: https://six.example\n\n',
})

async function build(facts = sampleFacts()) {
  const work = memoryWork({ facts, vendor: { 'py3.11-amd64': VENDOR, 'py3.13-amd64': VENDOR } })
  await deb.build(work, {})
  return work
}

describe('a set of Debian packages', () => {
  let app: Unpacked
  let deps: Unpacked

  beforeAll(async () => {
    const work = await build()
    app = await unpackDeb(writtenFile(work, APP))
    deps = await unpackDeb(writtenFile(work, DEPS))
  })

  it('holds three members in the order and form of deb(5)', () => {
    expect(app.members.map((header) => header.replace(/\d+ +`\n$/, 'SIZE'))).toEqual([
      'debian-binary   1700000000  0     0     100644  SIZE',
      'control.tar.xz  1700000000  0     0     100644  SIZE',
      'data.tar.xz     1700000000  0     0     100644  SIZE',
    ])
  })

  it('lists the application as its golden file does', async () => {
    // The launcher has tests of its own; its files would tie this golden file to them.
    const rows = app.data.filter((row) => !/launcher\/(slipway_launcher\/|launcher\.(py|json)$)/.test(row.path))
    await expect(renderRows(rows)).toMatchFileSnapshot(join(GOLDEN, 'app.listing'))
  })

  it('lists the dependencies as their golden file does', async () => {
    await expect(renderRows(deps.data)).toMatchFileSnapshot(join(GOLDEN, 'deps.listing'))
  })

  it.each(['control'])('writes the %s file of the application as its golden file has it', async (member) => {
    const text = await textOf(app.controlTar, `./${member}`)
    await expect(text.replace(/Installed-Size: \d+/, 'Installed-Size: N')).toMatchFileSnapshot(
      join(GOLDEN, `app.${member}`),
    )
  })

  it('writes the control file of the dependencies as its golden file has it', async () => {
    await expect(await textOf(deps.controlTar, './control')).toMatchFileSnapshot(join(GOLDEN, 'deps.control'))
  })

  it.each([
    ['usr/lib/systemd/system/satchel-init.service', 'init.service'],
    ['usr/lib/systemd/system/satchel-migrate.service', 'migrate.service'],
    ['usr/lib/systemd/system/satchel.service', 'app.service'],
    ['usr/lib/systemd/system/satchel-init@.service', 'init@.service'],
    ['usr/lib/systemd/system/satchel-migrate@.service', 'migrate@.service'],
    ['usr/lib/systemd/system/satchel@.service', 'app@.service'],
    ['usr/lib/sysusers.d/satchel.conf', 'sysusers.conf'],
    ['usr/lib/tmpfiles.d/satchel.conf', 'tmpfiles.conf'],
    ['usr/share/doc/satchel/README.Debian', 'README.Debian'],
    ['usr/share/doc/satchel/copyright', 'app.copyright'],
    ['usr/share/lintian/overrides/satchel', 'app.overrides'],
    ['usr/share/satchel/notices/not-running', 'not-running'],
    ['usr/share/satchel/notices/running', 'running'],
  ])('writes %s as its golden file has it', async (path, golden) => {
    await expect(await textOf(app.dataTar, `./${path}`)).toMatchFileSnapshot(join(GOLDEN, golden))
  })

  it('tells lintian of the dependencies what its golden file has', async () => {
    const text = await textOf(deps.dataTar, './usr/share/lintian/overrides/satchel-deps-py3.11')
    await expect(text).toMatchFileSnapshot(join(GOLDEN, 'deps.overrides'))
  })

  it('names what every dependency says of its licence', async () => {
    const text = await textOf(deps.dataTar, './usr/share/doc/satchel-deps-py3.11/copyright')
    await expect(text).toMatchFileSnapshot(join(GOLDEN, 'deps.copyright'))
  })

  it('says more than the synopsis of an application without a description, and finds licences by a glob', async () => {
    const { app: known } = sampleFacts()
    const plain = await build(sampleFacts({ app: { ...known, description: known.summary, licenseFiles: ['LICEN*'] } }))
    const { controlTar, dataTar } = await unpackDeb(writtenFile(plain, APP))
    const control = await textOf(controlTar, './control')
    expect(control).toContain('\n Satchel runs as a service of systemd')
    expect(control.split(known.summary)).toHaveLength(2)
    const copyright = './usr/share/doc/satchel/copyright'
    expect(await textOf(dataTar, copyright)).toBe(await textOf(app.dataTar, copyright))
  })

  it('packs maintainer scripts exactly as they lie in the repository', async () => {
    const scripts = app.control.filter((row) => row.mode === 0o755 && row.kind === 'file').map((row) => row.path)
    expect(scripts).toEqual(['./postinst', './postrm', './prerm'])
    const own = memoryWork()
    for (const path of scripts) {
      const expected = Buffer.from(await own.ownFile(`deb/maintainer/${path.slice(2)}`)).toString()
      expect(await textOf(app.controlTar, path)).toBe(expected)
    }
  })

  it('sums every file, and only files', async () => {
    const sums = (await textOf(app.controlTar, './md5sums')).trimEnd().split('\n')
    const files = app.data.filter((row) => row.kind === 'file').map((row) => row.path.slice(2))
    expect(sums.map((line) => line.slice(34))).toEqual(files)
  })

  itWith(['md5sum'], 'sums that md5sum agrees with', async () => {
    await withFile(app.dataTar, async (file, folder) => {
      await run(['tar', '-xf', file, '-C', folder])
      await withFile(Buffer.from(await textOf(app.controlTar, './md5sums')), async (sums) => {
        await run(['md5sum', '--check', '--strict', '--quiet', sums], { cwd: folder })
      })
    })
  })

  it('owns no path outside the places of a package', () => {
    const outside = app.data.filter((row) => !/^\.(\/usr(\/(bin|lib|share)(\/|$)|$)|$)/.test(row.path))
    expect(outside.map((row) => row.path)).toEqual([])
  })

  it('carries the static trees at the places that it promises', async () => {
    const work = await build()
    const [output] = deb.outputs(work.facts, {})
    if (output === undefined) throw new Error('nothing is promised')
    await withFile(
      writtenFile(work, APP),
      async (path) => {
        const members = (await readArtifact({ ...output, size: 0, sha256: '' } as BuiltOutput, path)).get('')
        const places = Array.isArray(output.carries) ? output.carries : []
        expect(places.map(({ tree }: { tree: string }) => tree)).toEqual(['bundle', 'collected'])
        for (const { tree, at } of places) {
          for (const file of work.static[tree as 'bundle' | 'collected'].files) {
            expect(members?.get(`${at}/${file.path}`)).toMatchObject({ sha256: 'sha256' in file ? file.sha256 : '' })
          }
        }
      },
      APP,
    )
  })

  it('is the same bytes in another time zone, under another umask, and from trees in another order', async () => {
    const first = memoryWork()
    await deb.build(first, {})
    const second = shuffledWork()
    await elsewhere(() => deb.build(second, {}))
    expect(digestsOf(second)).toEqual(digestsOf(first))
    expect(first.written.size).toBe(3)
  })

  it('leaves exactly the files that it promises, and never `~` in a name', async () => {
    const facts = prereleaseFacts()
    const work = memoryWork({ facts })
    await deb.build(work, {})
    const names = deb.outputs(facts, {}).map((output) => output.name)
    expect([...work.written.keys()]).toEqual(names)
    expect(names).toEqual([
      'satchel_1.2.0.rc1-1_all.deb',
      'satchel-deps-py3.11_1.2.0.rc1-1_amd64.deb',
      'satchel-deps-py3.13_1.2.0.rc1-1_amd64.deb',
    ])
    const { controlTar } = await unpackDeb(writtenFile(work, 'satchel_1.2.0.rc1-1_all.deb'))
    expect(await textOf(controlTar, './control')).toContain('Version: 1.2.0~rc1-1\n')
  })

  it('says nothing of a database and keys to an application without them', async () => {
    const { database: _, migrate: __, ...runtime } = sampleFacts().runtime
    const facts = sampleFacts({ runtime: { ...runtime, environment: [] } })
    const { dataTar } = await unpackDeb(writtenFile(await build(facts), APP))
    const readme = await textOf(dataTar, './usr/share/doc/satchel/README.Debian')
    expect(readme).toContain('deletes the configuration and keeps the data.')
    expect(readme).not.toMatch(/database|[Kk]eys/)
  })

  it('names no command for a database that no variable describes', async () => {
    const { runtime } = sampleFacts()
    const environment = runtime.environment.filter(({ from }) => from?.startsWith('database.') !== true)
    const { dataTar } = await unpackDeb(
      writtenFile(await build(sampleFacts({ runtime: { ...runtime, environment } })), APP),
    )
    const notice = await textOf(dataTar, './usr/share/satchel/notices/not-running')
    expect(notice).toContain(' Next: sudo systemctl restart satchel\n')
    const readme = await textOf(dataTar, './usr/share/doc/satchel/README.Debian')
    expect(readme).toContain('Satchel wants a PostgreSQL database (>=13).\n\n')
    expect(readme).not.toContain('setup-db')
  })

  it('keeps pure dependencies inside the application, once for all Pythons', async () => {
    const facts = sampleFacts({ python: { ...sampleFacts().python, native: false } })
    const work = await build(facts)
    expect([...work.written.keys()]).toEqual([APP])
    const { data, controlTar } = await unpackDeb(writtenFile(work, APP))
    expect(data.map((row) => row.path)).toContain('./usr/lib/satchel/vendor/py3/six.py')
    expect(await textOf(controlTar, './control')).toMatch(/^Depends: python3 \(>= 3\.11~\), systemd \|/m)
  })

  it('keeps pure dependencies apart where Pythons differ in them', async () => {
    const facts = sampleFacts({ python: { ...sampleFacts().python, native: false } })
    const work = memoryWork({ facts, vendor: { 'py3.11-amd64': VENDOR, 'py3.13-amd64': plantTree({ 'one.py': '' }) } })
    await deb.build(work, {})
    const { data, controlTar } = await unpackDeb(writtenFile(work, APP))
    const paths = data.map((row) => row.path)
    expect(paths).toContain('./usr/lib/satchel/vendor/py3.11/six.py')
    expect(paths).toContain('./usr/lib/satchel/vendor/py3.13/one.py')
    expect(await textOf(controlTar, './control')).toContain('python3 (>= 3.11~), python3 (<< 3.14~)')
  })

  itWith(['dpkg-deb'], 'is what dpkg-deb reads', async () => {
    const work = await build()
    for (const name of work.written.keys()) {
      await withFile(writtenFile(work, name), async (file) => {
        expect(await run(['dpkg-deb', '--field', file, 'Package', 'Version'])).toMatch(/^Package: satchel.*\nVersion: /)
        expect(await run(['dpkg-deb', '--contents', file])).toContain('root/root')
      })
    }
  })

  itWith(['shellcheck'], 'brings maintainer scripts without a finding of shellcheck', async () => {
    const folder = join(import.meta.dirname, '../../scripts/deb/maintainer')
    await run(['shellcheck', ...readdirSync(folder).map((name) => join(folder, name))])
  })
})
