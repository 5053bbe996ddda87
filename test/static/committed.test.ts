import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Frontend } from '../../scripts/lib/core/facts.ts'
import { saveTree } from '../../scripts/lib/io/tree-files.ts'
import { compareCommitted } from '../../scripts/static/committed.ts'
import { assertOutputs } from '../../scripts/static/outputs.ts'
import { makeStatic } from '../../scripts/static/static.ts'
import { sampleFacts } from '../support/facts.ts'
import { scratch, testStage } from '../support/stage.ts'
import { plantTree } from '../support/trees.ts'

const WEB: Frontend = {
  dir: 'web',
  builder: 'esbuild',
  build: [],
  esbuild: { entries: ['main.js'], outdir: '../shelf/static/chunks' },
  output: ['shelf/static/site.css', 'shelf/static/chunks/**'],
  expect: [],
  environment: {},
}

type Files = Readonly<Record<string, string>>

const FRESH: Files = { 'shelf/static/site.css': 'body{}', 'shelf/static/chunks/a.js': 'a()' }

/** What is said where a build left FRESH and these files are committed. */
async function compared(committed: Files, more: Partial<Frontend> = {}): Promise<readonly string[]> {
  const { stage, notices } = await testStage({ frontends: [{ ...WEB, ...more }] })
  const source = plantTree({ 'shelf/static/own.css': '', ...committed })
  compareCommitted(stage, source, plantTree(FRESH).files)
  return notices
}

describe('a front end whose outputs are committed', () => {
  it('passes where a fresh build gives exactly them, beside other files of the same folder', async () => {
    expect(await compared(FRESH, { committed: true })).toEqual([])
  })

  it('is refused with each file that a fresh build does not give', async () => {
    const stale = { 'shelf/static/site.css': 'old{}', 'shelf/static/chunks/old.js': 'b()' }
    await expect(compared(stale, { committed: true })).rejects.toMatchObject({
      code: 'FRONTEND_FAILED',
      message: [
        'web: what is committed is not what the build makes:',
        '  not committed: shelf/static/chunks/a.js',
        '  other bytes: shelf/static/site.css',
        '  not made any more: shelf/static/chunks/old.js',
      ].join('\n'),
    })
  })

  it('is built without them, so that none passes for one that the build makes', async () => {
    const { collect: _, ...python } = sampleFacts().python
    const { stage } = await testStage({
      frontends: [{ ...WEB, output: [WEB.output[1] ?? ''], committed: true }],
      python,
    })
    await saveTree(stage.out, 'source', plantTree({ 'web/main.js': 'alert()', 'shelf/static/chunks/old.js': '' }))
    await expect(makeStatic(stage, { twice: false })).rejects.toThrow('not made any more: shelf/static/chunks/old.js')
  })

  it('is told where nobody said so and the build left nothing new', async () => {
    const names = 'shelf/static/chunks/a.js, shelf/static/site.css'
    expect(await compared({ ...FRESH, 'shelf/static/chunks/old.js': '' })).toEqual([
      `web: the build left only what is committed already: ${names}`,
    ])
    expect(await compared({ 'shelf/static/site.css': 'body{}' })).toEqual([])
  })
})

describe('the outputs of a front end', () => {
  it('are refused where they are all empty', async () => {
    const folder = await scratch()
    for (const [name, text] of Object.entries({ 'a.js': '', 'b.js': '', 'c.css': 'x' })) {
      writeFileSync(join(folder, name), text)
    }
    const frontend = { ...WEB, output: ['*.js', '*.css'] }
    await expect(assertOutputs(folder, frontend, ['a.js', 'b.js', 'c.css'])).rejects.toMatchObject({
      code: 'FRONTEND_FAILED',
      message: 'web: the build left only empty files for *.js',
    })
  })
})
