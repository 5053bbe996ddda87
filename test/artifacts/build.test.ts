import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { buildArtifacts } from '../../scripts/artifacts/build.ts'
import type { Output } from '../../scripts/lib/core/artifact.ts'
import { ReleaseError } from '../../scripts/lib/core/error.ts'
import { defineFormat, type Format, type Work } from '../../scripts/lib/core/format.ts'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { writeJson } from '../../scripts/lib/io/files.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { memoryTree, saveTree } from '../../scripts/lib/io/tree-files.ts'
import { sampleFacts } from '../support/facts.ts'

async function* text(content: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(content)
}

const output = (name: string): Output => ({ kind: 'file', name, mediaType: 'text/plain', carries: 'none' })

function format(name: string, build: (work: Work) => Promise<void>, needs: readonly string[] = []): Format {
  return defineFormat({
    name,
    needs,
    schema: z.strictObject({}),
    check: () => [],
    outputs: () => [output(`${name}.txt`)],
    targets: () => [],
    bases: () => [],
    build,
  })
}

const good = (name: string, needs: readonly string[] = []): Format =>
  format(name, (work) => work.write(`${name}.txt`, text(name)), needs)
const bad = format('bad', async () => {
  throw new ReleaseError('PATH_REFUSED', 'a path that nobody can hold', { hint: 'Do something.' })
})

let out = ''
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'slipway-build-'))
  await saveTree(out, 'source', memoryTree({ 'manage.py': '' }))
  await saveTree(out, 'app', memoryTree({ 'manage.py': '' }))
  await writeJson(join(out, 'static.json'), { schema: 1, bundle: [], collected: [] } satisfies StaticListing)
})
afterEach(() => rm(out, { recursive: true, force: true }))

function stage(formats: readonly Format[]) {
  const facts = sampleFacts()
  const plan: Plan = {
    schema: 1,
    facts,
    formats: formats.map(({ name, needs }) => ({ name, needs, config: {}, outputs: [output(`${name}.txt`)] })),
    targets: [],
    bases: [],
    sealed: [],
    inputs: { schema: 1, files: [] },
    checkout: { kind: 'git', project: '' },
    history: [],
    notices: [],
  }
  return { plan, out, cache: out, report: silentReport }
}

describe('building formats', () => {
  it('goes on with the others when one fails, and skips only what needs the failed one', async () => {
    const formats = [good('one'), bad, good('two', ['one']), good('three', ['bad'])]
    const outcomes = await buildArtifacts(stage(formats), formats)
    expect(
      outcomes.map(({ format: name, failure }) => [name, failure instanceof ReleaseError && failure.code]),
    ).toEqual([
      ['one', false],
      ['bad', 'PATH_REFUSED'],
      ['two', false],
      ['three', 'STAGE_MISSING'],
    ])
    expect(await readdir(join(out, 'artifacts'))).toEqual(['one.txt', 'two.txt'])
    expect(await readdir(join(out, 'built'))).toEqual(['one.json', 'two.json'])
  })

  it('builds one again on what is there', async () => {
    const formats = [good('one'), good('two', ['one'])]
    await buildArtifacts(stage(formats), formats)
    expect(await buildArtifacts(stage(formats), formats, ['two'])).toEqual([{ format: 'two' }])
    await expect(buildArtifacts(stage(formats), formats, ['deb'])).rejects.toMatchObject({
      code: 'USAGE',
      hint: 'The plan has one, two.',
    })
  })

  it('refuses what was not promised, and misses what was', async () => {
    const formats = [
      format('surplus', (work) => work.write('other.txt', text(''))),
      format('lazy', async () => undefined),
    ]
    const outcomes = await buildArtifacts(stage(formats), formats)
    expect(outcomes.map(({ failure }) => failure instanceof ReleaseError && failure.message)).toEqual([
      'surplus wrote other.txt, which the plan does not promise',
      'lazy did not write lazy.txt, which the plan promises',
    ])
  })
})
