import { appendFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { measureFile } from '../../scripts/lib/io/files.ts'
import { renderSimulated, simulatePublish } from '../../scripts/publish/simulation.ts'
import { type Bench, openBench, spawnPublish } from '../support/publishing.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

describe('a simulated publishing', () => {
  it('sends the real files by the real uploader, and tells what would be public', async () => {
    bench = await openBench({ history: ['1.4.0'] })
    const before = await readdir(bench.out)
    const simulated = await simulatePublish(bench.stage)
    expect(simulated).toMatchObject({
      tag: 'v1.5.0',
      title: 'Demo 1.5.0',
      latest: true,
      prerelease: false,
      refused: [],
    })
    const { out } = bench
    const names = (await readdir(join(out, 'artifacts'))).toSorted()
    const files = await Promise.all(
      names.map(async (name) => ({ name, ...(await measureFile(join(out, 'artifacts', name))) })),
    )
    expect(simulated.files).toEqual(files)
    expect(bench.lines).toContain('make v1.5.0 public')
    expect(bench.github.log).toEqual([]) // of the one that the environment would name
    expect(await readdir(out)).toEqual([...before, 'release-notes.md'].toSorted())
    const notes = await readFile(simulated.notes, 'utf8')
    expect(notes).toContain(
      'pip install https://github.com/demo/demo/releases/download/v1.5.0/demo-1.5.0-py3-none-any.whl',
    )
    const page = renderSimulated(simulated)
    expect(page).toContain('Public would be v1.5.0 (Demo 1.5.0), the latest release, with 8 files:')
    for (const { name, sha256 } of files) expect(page).toMatch(new RegExp(`^${name} .* ${sha256}$`, 'm'))
  })

  it('tells why a real run would refuse the plan, and which image tags it would set', async () => {
    const image = { digest: `sha256:${'a'.repeat(64)}`, platforms: [] }
    const name = 'demo-1.5.0-lean.oci.tar'
    const references = ['ghcr.io/demo/demo:1.5.0-lean']
    bench = await openBench({ trial: true, images: [{ name, references, bytes: Buffer.from('image'), image }] })
    const simulated = await simulatePublish(bench.stage)
    expect(simulated.references.map((reference) => reference.replace('ghcr.io/demo/demo:', ''))).toEqual([
      '1.5.0-lean',
      '1.5-lean',
      '1-lean',
      'latest-lean',
    ])
    expect(renderSimulated(simulated)).toContain(
      '! A real run would refuse it: it is a trial (no tag stood at the commit)',
    )
  })

  it('refuses files that are not what was built, as a real run does', async () => {
    bench = await openBench()
    await appendFile(join(bench.out, 'artifacts', 'demo-1.5.0.tgz'), '!')
    await expect(simulatePublish(bench.stage)).rejects.toMatchObject({ code: 'PUBLISH_REFUSED' })
  })

  it('needs no token, and is no part of publishing', async () => {
    bench = await openBench()
    const streams = async (words: readonly string[]): Promise<string> => {
      const child = spawnPublish(bench as Bench, words, undefined, '')
      const chunks = await Promise.all([child.stdout, child.stderr].map((stream) => stream?.toArray()))
      return Buffer.concat(chunks.flatMap((part) => part ?? [])).toString()
    }
    const [json] = await Promise.all([streams(['--simulate', '--json'])])
    expect(JSON.parse(json)).toMatchObject({ schema: 1, tag: 'v1.5.0', latest: true })
    expect(await streams(['draft', '--simulate'])).toContain('--simulate does the whole of publishing')
  }, 60_000)
})
