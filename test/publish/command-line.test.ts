import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { COMMIT, noise } from '../support/finished-dist.ts'
import { type Bench, expectComplete, openBench, spawnPublish, TOKEN } from '../support/publishing.ts'

const entry = (name: string): string => fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url))

let bench: Bench | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

interface Ended {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

const run = (opened: Bench, ...words: string[]): Promise<Ended> => endOf(spawnPublish(opened, words))

async function endOf(child: ChildProcess): Promise<Ended> {
  const text = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => {
    text.stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    text.stderr += String(chunk)
  })
  const [code] = await once(child, 'close')
  return { code, ...text }
}

describe('slipway publish', { timeout: 120_000 }, () => {
  it('killed in the middle of an upload is completed by the same command, and then has nothing to do', async () => {
    bench = await openBench({}, {}, [{ on: 'upload-asset', is: 'stall', after: 3 }])
    const child = spawnPublish(bench)
    await bench.github.stalled()
    child.kill('SIGKILL')
    const [, signal] = await once(child, 'close')
    expect(signal).toBe('SIGKILL')
    expect(bench.github.store.releases.map(({ draft }) => draft)).toEqual([true])
    const second = await run(bench)
    expect(second.code).toBe(0)
    expect(second.stdout).toMatch(/^v1\.5\.0 is public: 8 files compared, [1-5] of them sent by this run\nhttp/)
    await expectComplete(bench)
    const third = await run(bench)
    expect(third).toMatchObject({ code: 0 })
    expect(third.stdout).toMatch(/^nothing to do: v1\.5\.0 is public, with all 8 files\n/)
  })

  it('prints the result as JSON and nothing else on standard output', async () => {
    bench = await openBench()
    const { code, stdout } = await run(bench, 'draft', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, tag: 'v1.5.0', state: 'draft', files: 8, changed: true })
  })

  it('uploads a file larger than any buffer by streaming', async () => {
    bench = await openBench({
      files: { 'demo-1.5.0-lean.oci.tar': Buffer.alloc(60_000_000, noise('image', 1_000_003)) },
    })
    expect(await run(bench)).toMatchObject({ code: 0 })
    await expectComplete(bench)
  })

  it('ends a failed run with 1 and the command that continues', async () => {
    bench = await openBench({}, {}, [{ on: 'upload-asset', is: 'bad-gateway', times: 1000 }])
    const { code, stdout, stderr } = await run(bench, 'draft')
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      `  Continue with \`slipway publish draft --out ${bench.out}\`; what is there already is kept.`,
    )
    expect(stderr).not.toContain(TOKEN)
  })

  it('ends with 2 on a word that it does not know', async () => {
    bench = await openBench({}, { tags: { 'v1.5.0': COMMIT } })
    const { code, stderr } = await run(bench, 'everything')
    expect(code).toBe(2)
    expect(stderr).toContain('publish does not know "everything"')
  })

  it('shows its page with examples', async () => {
    bench = await openBench()
    const { code, stdout } = await run(bench, '--help')
    expect(code).toBe(0)
    expect(stdout).toContain('slipway publish finish')
  })
})

describe('slipway preflight', { timeout: 120_000 }, () => {
  const preflight = entry('preflight-release')

  it('needs the plan alone, ends with 0 where publishing can work, and changes nothing', async () => {
    bench = await openBench()
    await rm(join(bench.out, 'artifacts'), { recursive: true })
    const { code, stdout } = await endOf(spawnPublish(bench, ['--json'], preflight))
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, tag: 'v1.5.0', refused: false })
    expect(bench.github.store.releases).toEqual([])
  })

  it('ends with 1 where it cannot, also when there is no token at all', async () => {
    bench = await openBench({ trial: true })
    const { code, stdout } = await endOf(spawnPublish(bench, [], preflight, ''))
    expect(code).toBe(1)
    expect(stdout).toContain('✗ this plan cannot be published: it is a trial')
    expect(stdout).toContain('✗ GITHUB_TOKEN is not set\n    Set it to a token that may write')
    expect(stdout).toMatch(/\nv1\.5\.0 cannot be published as it stands; nothing was changed\.\n$/)
  })
})
