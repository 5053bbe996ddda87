import { gunzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { deb } from '../../scripts/deb/index.ts'
import { docker } from '../../scripts/docker/index.ts'
import type { Format } from '../../scripts/lib/core/format.ts'
import { mergeTrees, type Tree } from '../../scripts/lib/core/tree.ts'
import { pypi } from '../../scripts/pypi/index.ts'
import { tarballs } from '../../scripts/tarballs/index.ts'
import { unpackDeb } from '../deb/unpack.ts'
import { fixtureBase, openImage } from '../docker/images.ts'
import { listArchive } from '../support/archives.ts'
import { itWith } from '../support/tool.ts'
import { plantTree, SATCHEL_APP, SATCHEL_BUNDLE, SATCHEL_SOURCE } from '../support/trees.ts'
import { memoryWork, writtenFile } from '../support/work.ts'

const LONG = `${'a long folder name/'.repeat(8)}${'x'.repeat(240)}.txt` // longer than ustar's prefix and name
const NAMES = [
  'with blank.txt',
  ' leading and trailing ',
  'Größe – 日本語/ß.txt',
  'a,b "c" \'d\'.txt',
  '$HOME `id` %s {x} [y]*?.txt',
  '-rf',
  '#hash;semi&and|pipe=.txt',
  'plus+tilde~.txt',
  '@at!.txt',
  LONG,
]

/** The odd names below a folder, each file with its own name as content. */
const oddly = (at: string): Tree => plantTree(Object.fromEntries(NAMES.map((name) => [`${at}/${name}`, name])))

const APP = mergeTrees([SATCHEL_APP, oddly('core/odd')])
const BUNDLE = mergeTrees([SATCHEL_BUNDLE, oddly('core/static/core/build/odd')])
const EXPECTED = ['core/odd', 'core/static/core/build/odd'].flatMap((at) => NAMES.map((name) => `${at}/${name}`)).sort()

async function build(format: Format, section: unknown): Promise<ReturnType<typeof memoryWork>> {
  const bases = { 'lean@linux/amd64': await fixtureBase('amd64') }
  const work = memoryWork({ source: mergeTrees([SATCHEL_SOURCE, oddly('core/odd')]), app: APP, bundle: BUNDLE, bases })
  await format.build(work, format.schema.parse(section))
  return work
}

/** The odd paths that Python's readers find, without what stands before them. */
async function found(kind: 'tar' | 'zip', bytes: Uint8Array): Promise<readonly string[]> {
  const rows = await listArchive(kind, bytes)
  const paths = rows.filter((row) => row.kind === 'file' && row.path.includes('/odd/')).map(({ path }) => path)
  return paths.map((path) => path.slice(path.indexOf('core/'))).sort()
}

describe('files with odd names', () => {
  itWith(['python3', 'xz'], 'are in the .deb', async () => {
    const work = await build(deb, { pythons: ['3.11'] })
    const app = await unpackDeb(writtenFile(work, 'satchel_1.2.0-1_all.deb'))
    expect(await found('tar', app.dataTar)).toEqual(EXPECTED)
  })

  itWith(['python3'], 'are in wheel and sdist', async () => {
    const work = await build(pypi, { name: 'satchel-release' })
    expect(await found('zip', writtenFile(work, 'satchel_release-1.2.0-py3-none-any.whl'))).toEqual(EXPECTED)
    expect(await found('tar', gunzipSync(writtenFile(work, 'satchel_release-1.2.0.tar.gz')))).toEqual(EXPECTED)
  })

  itWith(['python3'], 'are in the image', async () => {
    const work = await build(docker, { platforms: ['linux/amd64'], repositories: ['ghcr.io/satchel-team/satchel'] })
    const image = await openImage(writtenFile(work, 'satchel-1.2.0-lean.oci.tar'))
    const layers = image.manifest('amd64').layers.map(({ digest }) => gunzipSync(image.blob(digest)))
    const paths = await Promise.all(layers.map((layer) => found('tar', layer)))
    expect(paths.flat().sort()).toEqual(EXPECTED)
  })

  itWith(['python3'], 'are in the archives', async () => {
    const work = await build(tarballs, {})
    const [static_, zip] = ['satchel-1.2.0-static.tar.gz', 'satchel-1.2.0-static.zip'].map((n) => writtenFile(work, n))
    const bundled = EXPECTED.filter((path) => path.startsWith('core/static/'))
    const source = gunzipSync(writtenFile(work, 'satchel-1.2.0-source-with-static.tar.gz'))
    expect(await found('tar', source)).toEqual(EXPECTED)
    expect(await found('tar', gunzipSync(static_ ?? ''))).toEqual(bundled)
    expect(await found('zip', zip ?? new Uint8Array())).toEqual(bundled)
  })
})
