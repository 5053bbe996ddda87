import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeApp } from '../../scripts/app/app.ts'
import type { AppListing } from '../../scripts/lib/core/stages.ts'
import { UV_VERSION } from '../../scripts/lib/core/tool-versions.ts'
import type { TreeEntry, TreeListing } from '../../scripts/lib/core/tree.ts'
import { writeBeside } from '../../scripts/lib/io/files.ts'
import { openIndexFile } from '../../scripts/lib/io/python-index.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { measureTree } from '../../scripts/lib/io/tree-files.ts'
import { makeSource } from '../../scripts/source/source.ts'
import { buildFrontends } from '../../scripts/static/static.ts'
import { sampleFacts } from '../support/facts.ts'
import { testStage } from '../support/stage.ts'
import { describeWith } from '../support/tool.ts'

let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'slipway-bugsink-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const hashes = (files: readonly TreeEntry[]): ReadonlyMap<string, string> =>
  new Map(files.map((entry) => [entry.path, 'link' in entry ? entry.link : entry.sha256]))

describeWith(['python3', 'tar'], 'bugsink 2.6.1 from the Python index', () => {
  let listing: AppListing
  let sdist: TreeListing
  let bundle: readonly TreeEntry[]
  let upstream: ReadonlyMap<string, string>

  beforeAll(async () => {
    const names = ['bugsink-2.6.1.tar.gz', 'bugsink-2.6.1-py3-none-any.whl']
    for (const name of names) await writeBeside(join(scratch, name), await openIndexFile('bugsink', name))
    execFileSync('tar', ['-xzf', join(scratch, 'bugsink-2.6.1.tar.gz'), '-C', scratch])
    const { stage } = await testStage(
      {
        commit: '',
        epoch: Date.parse('2026-09-25T00:00:00Z') / 1000,
        frontends: [
          {
            dir: 'theme/static_src',
            builder: 'npm',
            build: ['run', 'build'],
            output: ['theme/static/css/dist/**'],
            expect: [],
            environment: {},
          },
        ],
        python: { ...sampleFacts().python, backend: 'own', translations: [] },
        tools: {
          node: { 'theme/static_src': '22.23.3' },
          managers: { 'theme/static_src': 'npm@10.9.9' },
          uv: UV_VERSION,
        },
      },
      { checkout: { kind: 'files', project: '' } },
      scratch,
    )
    const cached = { ...stage, cache: cacheFolder() }
    await makeSource(cached, join(scratch, 'bugsink-2.6.1'))
    await Promise.all([makeApp(cached), buildFrontends(cached)])
    listing = JSON.parse(readFileSync(join(stage.out, 'app.json'), 'utf8'))
    sdist = JSON.parse(readFileSync(join(stage.out, 'sdist.json'), 'utf8'))
    bundle = (await measureTree(join(stage.out, 'static/bundle'))).files
    upstream = wheelHashes(join(scratch, 'bugsink-2.6.1-py3-none-any.whl'))
  })

  it('has the style sheet of upstream', () => {
    const path = 'theme/static/css/dist/styles.css'
    expect([...hashes(bundle)]).toEqual([[path, upstream.get(path)]])
  })

  it("has every other file of upstream's wheel, from its own back end", () => {
    expect(listing.layout).toBe('package')
    const ours = hashes(listing.files)
    const made = ['bugsink-2.6.1.dist-info/RECORD', 'theme/static/css/dist/styles.css']
    const names = [...upstream.keys()].filter((name) => !made.includes(name)).sort()
    expect([...ours.keys()].sort()).toEqual(names)
    const differ = names.filter((name) => ours.get(name) !== upstream.get(name))
    expect(differ).toEqual(['bugsink-2.6.1.dist-info/WHEEL'])
  })

  it('has the files of the sdist that upstream published, but for the style sheet', async () => {
    const { files } = await measureTree(join(scratch, 'bugsink-2.6.1'))
    const names = files.map(({ path }) => path).filter((path) => path !== 'theme/static/css/dist/styles.css')
    expect(sdist.files.map(({ path }) => path)).toEqual(names)
  })
})

function wheelHashes(path: string): ReadonlyMap<string, string> {
  const script = `
import hashlib, json, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
print(json.dumps([[name, hashlib.sha256(wheel.read(name)).hexdigest()] for name in wheel.namelist()]))
`
  return new Map(JSON.parse(execFileSync('python3', ['-IS', '-c', script, path], { encoding: 'utf8' })))
}
