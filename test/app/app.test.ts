import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeApp } from '../../scripts/app/app.ts'
import { assertNoSecrets } from '../../scripts/app/secrets.ts'
import { selectFiles } from '../../scripts/app/select.ts'
import type { PythonFacts } from '../../scripts/lib/core/facts.ts'
import type { AppListing } from '../../scripts/lib/core/stages.ts'
import { assertLinksInside } from '../../scripts/lib/core/tree-links.ts'
import type { Stage } from '../../scripts/lib/io/stage.ts'
import { saveTree, writeTree } from '../../scripts/lib/io/tree-files.ts'
import { sampleFacts } from '../support/facts.ts'
import { testStage } from '../support/stage.ts'
import { plantTree } from '../support/trees.ts'

const names = (tree: { readonly files: readonly { readonly path: string }[] }): string[] =>
  tree.files.map(({ path }) => path)
const listing = (stage: Stage): AppListing => JSON.parse(readFileSync(join(stage.out, 'app.json'), 'utf8'))

// Put together here, so that scanners of this repository find no key in it.
const KEY = `-----BEGIN ${'PRIVATE'} KEY-----\nMIIE\n`

describe('selecting files', () => {
  const source = plantTree({
    'manage.py': '',
    'tools/manage.py': '',
    'config/.hidden': '',
    'config/deep/a.py': '',
    'config/tests/t.py': '',
    'config/__pycache__/a.cpython-311.pyc': '',
    LICENSE: '',
    'docs/x.md': '',
  })

  it('matches whole paths, also of dot files, and takes exclude and bytecode out again', () => {
    const selected = selectFiles(source, ['manage.py', 'config/**'], ['**/tests/**'], [])
    expect(names(selected)).toEqual(['config/.hidden', 'config/deep/a.py', 'manage.py'])
  })

  it('takes licence files even where no glob includes them', () => {
    expect(names(selectFiles(source, ['manage.py'], [], ['LICENSE']))).toEqual(['LICENSE', 'manage.py'])
  })

  it('refuses globs that match nothing, all at once', () => {
    expect(() => selectFiles(source, ['manage.py', 'confg/**', 'x.py'], [], [])).toThrow(
      'python.include: no file in the source matches confg/**, x.py',
    )
  })
})

describe('looking for secrets', () => {
  const secrets = {
    '.env': '',
    'deploy/.env.production': '',
    '.secrets/secret_key.txt': '',
    'sso.yml': '',
    'tls/server.key': '',
    'ssh/id_rsa': '',
    'tls/server.pem': KEY,
    'config/settings.py': `KEY = """${KEY}"""`,
  }

  it('names every file, by its name or by the key inside', async () => {
    await expect(assertNoSecrets(plantTree(secrets), [])).rejects.toMatchObject({
      code: 'SECRET_FOUND',
      message: [
        'what looks like a secret would be installed:',
        '  .env (its name)',
        '  .secrets/secret_key.txt (its name)',
        '  config/settings.py (holds a private key)',
        '  deploy/.env.production (its name)',
        '  ssh/id_rsa (its name)',
        '  sso.yml (its name)',
        '  tls/server.key (its name)',
        '  tls/server.pem (holds a private key)',
      ].join('\n'),
    })
  })

  it('lets examples, certificates and what python.allow names pass', async () => {
    const harmless = { '.env.example': '', 'sso.yml.example': '', 'tls/ca.pem': '-----BEGIN CERTIFICATE-----\n' }
    await assertNoSecrets(plantTree(harmless), [])
    await assertNoSecrets(plantTree(secrets), ['**'])
    await expect(assertNoSecrets(plantTree(secrets), ['tls/**', '**/.env*'])).rejects.toThrow(/^(?!.*tls)/s)
  })
})

describe('links of the tree', () => {
  it('may point at files and folders inside', () => {
    assertLinksInside(
      plantTree({ 'a/b.txt': '', 'a/l': { link: 'b.txt' }, 'c/d': { link: '../a/' }, e: { link: 'a' } }).files,
    )
  })

  it('are refused, all at once, where they leave the tree or point at nothing', () => {
    const { files } = plantTree({ 'a/b': { link: '../../x' }, c: { link: '/etc/passwd' }, d: { link: 'nothing' } })
    expect(() => assertLinksInside(files)).toThrow(/a\/b -> \.\.\/\.\.\/x\n {2}c -> \/etc\/passwd\n {2}d -> nothing/)
  })
})

describe('the app stage', () => {
  const python = (more: Partial<PythonFacts> = {}): PythonFacts => ({
    ...sampleFacts().python,
    include: ['manage.py', 'config/**', 'translations/**'],
    ...more,
  })
  const source = plantTree({
    'manage.py': { run: '#!/usr/bin/env python3\n' },
    'config/settings.py': 'try:\n  from .local import *\nexcept ImportError: pass\n',
    'config/local.py': 'wins = False\n',
    'translations/de/LC_MESSAGES/django.po': 'msgid "Yes"\nmsgstr "Ja"\n',
    LICENSE: 'free\n',
    'frontend/x.ts': '',
  })
  const overlay = plantTree({ 'overlay/config/local.py': 'wins = True\n', 'overlay/.env': 'meant=1\n' })

  it('lays the overlay over the selected sources, after looking for secrets, and compiles translations', async () => {
    const { stage } = await testStage(
      { python: python({ overlay: 'overlay' }) },
      { inputs: { schema: 1, files: overlay.files } },
    )
    await saveTree(stage.out, 'source', source)
    await writeTree(join(stage.out, 'inputs'), overlay)
    await makeApp(stage)
    expect(listing(stage).layout).toBe('tree')
    expect(listing(stage).files.map((entry) => [entry.path, 'mode' in entry && entry.mode])).toEqual([
      ['.env', 0o644],
      ['LICENSE', 0o644],
      ['config/local.py', 0o644],
      ['config/settings.py', 0o644],
      ['manage.py', 0o755],
      ['translations/de/LC_MESSAGES/django.mo', 0o644],
    ])
    expect(readFileSync(join(stage.out, 'app/config/local.py'), 'utf8')).toBe('wins = True\n')
  })

  it('has every file that the first start copies, or is refused', async () => {
    const files = { 'tray.cfg': 'config/local.py', 'more.cfg': 'config/more.cfg' }
    const { stage } = await testStage({ python: python(), runtime: { ...sampleFacts().runtime, files } })
    await saveTree(stage.out, 'source', source)
    await expect(makeApp(stage)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'runtime.files: config/more.cfg is not in what is installed',
    })
  })

  it('begins at python.root, where the overlay lies too; licences keep their places', async () => {
    const rooted = python({ root: 'src', include: ['src/**'], translations: ['src/translations'], overlay: 'overlay' })
    const { stage } = await testStage({ python: rooted }, { inputs: { schema: 1, files: overlay.files } })
    const below = Object.fromEntries(
      ['manage.py', 'config/local.py', 'translations/de/LC_MESSAGES/django.po'].map((path) => [`src/${path}`, '']),
    )
    await saveTree(stage.out, 'source', plantTree({ ...below, LICENSE: '' }))
    await writeTree(join(stage.out, 'inputs'), overlay)
    await makeApp(stage)
    const installed = ['.env', 'LICENSE', 'config/local.py', 'manage.py', 'translations/de/LC_MESSAGES/django.mo']
    expect(names(listing(stage))).toEqual(installed)
    expect(readFileSync(join(stage.out, 'app/config/local.py'), 'utf8')).toBe('wins = True\n')
  })

  it('refuses files beside python.root', async () => {
    const { stage } = await testStage({ python: python({ root: 'src', include: ['**'], translations: [] }) })
    await saveTree(stage.out, 'source', plantTree({ 'src/manage.py': '', 'tools/a.py': '', LICENSE: '' }))
    await expect(makeApp(stage)).rejects.toThrow('python.include takes files outside python.root: tools/a.py')
  })

  it('gives the same listing under another umask and over an earlier run', async () => {
    const { stage } = await testStage({ python: python() })
    await saveTree(stage.out, 'source', source)
    await makeApp(stage)
    const first = listing(stage)
    const before = process.umask(0o077)
    try {
      await makeApp(stage)
    } finally {
      process.umask(before)
    }
    expect(listing(stage)).toEqual(first)
  })

  it('says which stage is missing', async () => {
    const { stage } = await testStage({ python: python() })
    await expect(makeApp(stage)).rejects.toMatchObject({ code: 'STAGE_MISSING' })
  })
})
