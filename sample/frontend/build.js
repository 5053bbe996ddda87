// Bundles one script for each language and one stylesheet, under names made from their bytes, and writes the
// manifest that the server reads. The same sources give the same bytes, wherever and whenever they are built.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

const here = import.meta.dirname
const out = join(here, '../core/static/core/build')

async function bundle(entry, define = {}) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    define,
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0].contents
}

async function write(name, extension, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10)
  const file = `${name}-${hash}.${extension}`
  await writeFile(join(out, file), bytes)
  return `core/build/${file}`
}

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })

const style = await write('satchel', 'css', await bundle('src/satchel.css'))
const manifest = {}
for (const file of (await readdir(join(here, 'src/strings'))).sort()) {
  const language = basename(file, '.json')
  const strings = JSON.parse(await readFile(join(here, 'src/strings', file), 'utf8'))
  const script = await bundle('src/main.ts', { STRINGS: JSON.stringify(strings) })
  manifest[language] = { script: await write(`satchel-${language}`, 'js', script), style }
}
await writeFile(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
