import { access, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { takeTurn } from './turn.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The folder that the acceptance tests of one run share; vitest.config.ts names the run. */
export const runFolder: string = join(tmpdir(), `slipway-test-${process.env['SLIPWAY_TEST_RUN'] ?? process.pid}`)

/** Runs the real command line in a child process; never throws, gives exit code and output. */
export async function slipway(
  words: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [join(ROOT, 'scripts/slipway.ts'), ...words], {
    cwd: options.cwd ?? ROOT,
    env: options.env ?? {},
    reject: false,
    stdin: 'ignore',
  })
  return { exitCode: exitCode ?? 1, stdout, stderr }
}

/** A complete dist/ of the sample application, made once by the real dry run and shared by all acceptance tests of a run. */
export async function sampleRelease(): Promise<string> {
  const endTurn = await takeTurn(basename(runFolder))
  try {
    return await madeOnce(join(runFolder, 'sample'))
  } finally {
    await endTurn()
  }
}

async function madeOnce(out: string): Promise<string> {
  const sums = join(out, 'artifacts/SHA256SUMS')
  const there = await access(sums).then(
    () => true,
    () => false,
  )
  if (there) return out
  await rm(out, { recursive: true, force: true })
  await mkdir(runFolder, { recursive: true })
  const { exitCode, stderr } = await slipway(['dry-run', '--project', 'sample', '--allow-dirty', '--out', out])
  if (exitCode !== 0) throw new Error(`the dry run of the sample failed:\n${stderr}`)
  return out
}
