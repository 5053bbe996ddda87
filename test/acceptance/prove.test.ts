import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Built, BuiltOutput } from '../../scripts/lib/core/artifact.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { isLink } from '../../scripts/lib/core/tree.ts'
import { measureFile } from '../../scripts/lib/io/files.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { runFolder, sampleRelease, slipway } from '../support/release.ts'
import { fullRun } from '../support/tool.ts'

const TAMPER = join(import.meta.dirname, '../support/tamper.py')

let out = ''
let listing: StaticListing
beforeAll(async () => {
  const release = await sampleRelease()
  out = join(runFolder, 'tampered')
  await rm(out, { recursive: true, force: true })
  await cp(release, out, { recursive: true, verbatimSymlinks: true })
  listing = JSON.parse(await readFile(join(out, 'static.json'), 'utf8'))
})
afterAll(() => rm(out, { recursive: true, force: true }))

async function builtOutputs(): Promise<BuiltOutput[]> {
  const names = await readdir(join(out, 'built'))
  const all = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(out, 'built', name), 'utf8')) as Built),
  )
  return all.flatMap(({ outputs }) => outputs)
}

/** Adjusts what the format said of an artifact, as somebody would who wants to hide a change. */
async function adjustSums(name: string): Promise<void> {
  const measured = await measureFile(join(out, 'artifacts', name))
  for (const file of await readdir(join(out, 'built'))) {
    const path = join(out, 'built', file)
    const built = JSON.parse(await readFile(path, 'utf8')) as Built
    const outputs = built.outputs.map((output) => (output.name === name ? { ...output, ...measured } : output))
    await writeFile(path, JSON.stringify({ ...built, outputs }))
  }
}

describe('prove on a real release', () => {
  it('shows every file of dist/static.json in every artifact that says it carries them', async () => {
    const { exitCode, stdout } = await slipway(['prove', '--json', '--out', out])
    expect(exitCode).toBe(0)
    const proof = JSON.parse(stdout)
    const total = listing.bundle.length + listing.collected.length
    for (const output of await builtOutputs()) {
      if (typeof output.carries === 'string') continue
      const platforms = output.kind === 'image' ? output.image.platforms.length : 1
      const shown = proof.artifacts.find(({ name }: { name: string }) => name === output.name).shown
      expect(shown, output.name).toBe(total * platforms)
    }
  })

  it('catches one changed byte of a static file in each of them, packed again with all sums adjusted', async () => {
    const tampered: string[] = []
    for (const { name, carries } of await builtOutputs()) {
      if (typeof carries === 'string') continue
      for (const { tree, at = '' } of fullRun ? carries : carries.slice(0, 1)) {
        const victim = listing[tree].find((entry) => !isLink(entry) && entry.size > 0)
        if (victim === undefined) throw new Error(`no file in ${tree}`)
        const member = at === '' ? victim.path : `${at.replace(/\/$/, '')}/${victim.path}`
        const path = join(out, 'artifacts', name)
        const original = await readFile(path)
        await run(['python3', TAMPER, path, member])
        await adjustSums(name)
        const { exitCode, stderr } = await slipway(['prove', '--out', out])
        expect(exitCode, `${name} ${member}`).toBe(1)
        expect(stderr).toContain('PROOF_FAILED')
        expect(stderr).toContain(`${member} has other bytes`)
        expect(stderr).toContain(name)
        await writeFile(path, original)
        await adjustSums(name)
        tampered.push(`${name} ${tree}`)
      }
    }
    expect(tampered.length).toBeGreaterThanOrEqual(fullRun ? 14 : 7)
  })

  it('names what is there without a promise, and what is promised but missing', async () => {
    await writeFile(join(out, 'artifacts/left-over.whl'), 'from an earlier run')
    const surplus = await slipway(['prove', '--out', out])
    expect(surplus.exitCode).toBe(1)
    expect(surplus.stderr).toContain('left-over.whl is there but not promised')
    await rm(join(out, 'artifacts/left-over.whl'))
    const page = await readFile(join(out, 'artifacts/ENVIRONMENT.md'))
    await rm(join(out, 'artifacts/ENVIRONMENT.md'))
    const lacking = await slipway(['prove', '--out', out])
    expect(lacking.stderr).toContain('ENVIRONMENT.md is promised but missing')
    await writeFile(join(out, 'artifacts/ENVIRONMENT.md'), page)
  })

  it('is refused by seal when an artifact changed after it', async () => {
    expect((await slipway(['prove', '--out', out])).exitCode).toBe(0)
    const page = join(out, 'artifacts/ENVIRONMENT.md')
    const original = await readFile(page)
    await writeFile(page, 'another page')
    const { exitCode, stderr } = await slipway(['seal', '--out', out])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('ENVIRONMENT.md changed after the proof')
    await writeFile(page, original)
    expect((await slipway(['seal', '--out', out])).exitCode).toBe(0)
  })

  it('leaves sums that sha256sum accepts', async () => {
    const checked = await run(['sha256sum', '--check', '--strict', 'SHA256SUMS'], { cwd: join(out, 'artifacts') })
    const files = await readdir(join(out, 'artifacts'))
    expect(checked.trim().split('\n').length).toBe(files.length - 1)
  })
})
