import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { buildArtifacts } from '../../scripts/artifacts/build.ts'
import type { Output } from '../../scripts/lib/core/artifact.ts'
import { ReleaseError } from '../../scripts/lib/core/error.ts'
import { defineFormat, type Format, type Work } from '../../scripts/lib/core/format.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { writeJson } from '../../scripts/lib/io/files.ts'
import type { Stage } from '../../scripts/lib/io/stage.ts'
import { memoryTree, saveTree } from '../../scripts/lib/io/tree-files.ts'
import { testStage } from '../support/stage.ts'

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
  out = join(await mkdtemp(join(tmpdir(), 'slipway-build-')), 'dist')
  await saveTree(out, 'source', memoryTree({ 'manage.py': '' }))
  await saveTree(out, 'app', memoryTree({ 'manage.py': '' }))
  await writeJson(join(out, 'static.json'), { schema: 1, bundle: [], collected: [] } satisfies StaticListing)
})
afterEach(() => rm(dirname(out), { recursive: true, force: true }))

async function stageOf(formats: readonly Format[]): Promise<Stage> {
  const planned = formats.map(({ name, needs }) => ({ name, needs, config: {}, outputs: [output(`${name}.txt`)] }))
  return (await testStage({}, { formats: planned }, dirname(out))).stage
}

describe('building formats', () => {
  it('goes on with the others when one fails, and skips only what needs the failed one', async () => {
    const formats = [good('one'), bad, good('two', ['one']), good('three', ['bad'])]
    const outcomes = await buildArtifacts(await stageOf(formats), formats)
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
    await buildArtifacts(await stageOf(formats), formats)
    expect(await buildArtifacts(await stageOf(formats), formats, ['two'])).toEqual([{ format: 'two' }])
    await expect(buildArtifacts(await stageOf(formats), formats, ['deb'])).rejects.toMatchObject({
      code: 'USAGE',
      hint: 'The plan has one, two.',
    })
  })

  it('refuses what was not promised, and misses what was', async () => {
    const formats = [
      format('surplus', (work) => work.write('other.txt', text(''))),
      format('lazy', async () => undefined),
    ]
    const outcomes = await buildArtifacts(await stageOf(formats), formats)
    expect(outcomes.map(({ failure }) => failure instanceof ReleaseError && failure.message)).toEqual([
      'surplus wrote other.txt, which the plan does not promise',
      'lazy did not write lazy.txt, which the plan promises',
    ])
  })
})
