import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import {
  filterTree,
  type Mode,
  mergeTrees,
  sortEntries,
  type Tree,
  type TreeEntry,
} from '../../scripts/lib/core/tree.ts'

/** What a test says of one entry: its bytes, an executable's bytes, or a link's target. */
export type Planted = string | Uint8Array | { readonly run: string } | { readonly link: string }

/** A tree in memory whose `read` checks nothing; paths are sorted as in a listing. */
export function plantTree(files: Readonly<Record<string, Planted>>): Tree {
  const contents = new Map<string, Uint8Array>()
  const entries = Object.entries(files).map(([path, planted]): TreeEntry => {
    if (typeof planted === 'object' && 'link' in planted) return { path, link: planted.link }
    const runnable = typeof planted === 'object' && 'run' in planted
    const mode: Mode = runnable ? 0o755 : 0o644
    const bytes = Buffer.from(runnable ? planted.run : planted)
    contents.set(path, bytes)
    return { path, mode, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  })
  return {
    files: sortEntries(entries),
    async read(file) {
      const bytes = contents.get(file.path)
      if (bytes === undefined) throw new Error(`not in this tree: ${file.path}`)
      return bytes
    },
  }
}

const SCRIPT = 'console.log("satchel")\n'.repeat(40)
const MANIFEST = '{"en":"app-1a2b.js","de":"app-3c4d.js"}\n'

/** What the front end of satchel left, at its places in the application tree. */
export const SATCHEL_BUNDLE: Tree = plantTree({
  'core/static/core/build/.vite/manifest.json': '{}\n',
  'core/static/core/build/app-1a2b.js': SCRIPT,
  'core/static/core/build/app-3c4d.js': `// de\n${SCRIPT}`,
  'core/static/core/build/manifest.json': MANIFEST,
})

/** What satchel's collect command made. */
export const SATCHEL_COLLECTED: Tree = plantTree({
  'core/build/app-1a2b.js': SCRIPT,
  'core/build/app-1a2b.js.gz': gzipSync(SCRIPT),
  'core/build/manifest.json': MANIFEST,
  'staticfiles.json': '{"version":"1.1"}\n',
})

/** The tree of satchel at its commit, with what must survive: links, modes, dot-files, names that are not ASCII. */
export const SATCHEL_SOURCE: Tree = plantTree({
  '.gitignore': '/static/\n',
  LICENSE: 'Apache License\nVersion 2.0\n',
  'README.md': '# Satchel\n',
  'config/__init__.py': '__version__ = "1.2.0"\n',
  'config/settings/__init__.py': '',
  'config/settings/production.py': 'STATIC_URL = "/static/"\n',
  'config/wsgi.py': 'application = None\n',
  'core/__init__.py': '',
  'core/größe.py': 'größe = 1\n',
  'core/static/core/logo.svg': '<svg/>\n',
  'core/tests/test_core.py': 'def test(): pass\n',
  'docs/latest': { link: '../README.md' },
  'frontend/package.json': '{"name":"satchel","version":"1.2.0"}\n',
  'manage.py': { run: '#!/usr/bin/env python3\n' },
  'requirements.txt': 'django==5.2.8\n',
  'translations/de/LC_MESSAGES/django.po': 'msgid ""\nmsgstr ""\n',
})

/** The application tree of satchel: what is installed, translations compiled. */
export const SATCHEL_APP: Tree = mergeTrees([
  filterTree(SATCHEL_SOURCE, (path) => /^(manage\.py|config\/|core\/(?!tests\/))/.test(path)),
  plantTree({ 'translations/de/LC_MESSAGES/django.mo': Buffer.from('de120495', 'hex') }),
])

/** Unpacked dependencies of satchel for one target. */
export const SATCHEL_VENDOR: Tree = plantTree({
  'django/__init__.py': 'VERSION = (5, 2, 8)\n',
  'django-5.2.8.dist-info/METADATA': 'Metadata-Version: 2.4\nName: Django\nVersion: 5.2.8\n',
  'psycopg_binary/_psycopg.cpython-311-x86_64-linux-gnu.so': Buffer.from('7f454c46', 'hex'),
})
