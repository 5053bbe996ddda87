import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const FILES: Readonly<Record<string, string>> = {
  'slipway.yaml': `schema: 1
app: { name: shelf, summary: Nothing but a page, homepage: https://shelf.example, license: MIT, maintainer: Ada <ada@shelf.example> }
version: { tag: "v{version}", files: [{ file: shelf/__init__.py, pattern: '__version__ = "(.+)"' }] }
python: { requires: ">=3.11", native: false, include: [shelf/**], requirements: [requirements.txt] }
runtime: { services: [{ name: web, command: [python, -m, shelf], port: 8000, ready: / }] }
pypi: { name: shelf-release }
release: { repository: demo/shelf, environment: approval }
`,
  'shelf/__init__.py': '__version__ = "1.2.0"\n',
  'shelf/__main__.py': 'print("hello")\n',
  'requirements.txt': '# nothing\n',
  LICENSE: 'MIT\n',
}

/** Writes the smallest application that gives sdist, wheel and source archives, as a git repository without a commit. */
export async function writeSmallApp(folder: string): Promise<void> {
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  execFileSync('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder })
}
