import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { COMMIT, noise } from '../support/finished-dist.ts'
import { type Bench, expectComplete, openBench, TOKEN } from '../support/publishing.ts'

const ENTRY = fileURLToPath(new URL('../../scripts/publish-release.ts', import.meta.url))

let bench: Bench | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

function start({ out, github }: Bench, words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [ENTRY, ...words, '--out', out], {
    env: {
      PATH: process.env['PATH'],
      GITHUB_TOKEN: TOKEN,
      GITHUB_API_URL: github.apiUrl,
      SLIPWAY_SECOND_MS: '1',
      SLIPWAY_CACHE: join(out, 'cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function run(opened: Bench, ...words: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = start(opened, words)
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
    const child = start(bench, [])
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
