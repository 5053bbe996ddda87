import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../../scripts/lib/io/run.ts'

const ROOT = join(import.meta.dirname, '../..')

let out = ''
beforeEach(async () => {
  out = join(await mkdtemp(join(tmpdir(), 'slipway-interrupt-')), 'dist')
})
afterEach(() => rm(join(out, '..'), { recursive: true, force: true }))

/** Starts a dry run in a process group of its own and waits until it says `words`. */
async function startUntil(words: string): Promise<ChildProcess> {
  const args = [
    join(ROOT, 'scripts/slipway.ts'),
    'dry-run',
    '--project',
    join(ROOT, 'sample'),
    '--allow-dirty',
    '--out',
    out,
  ]
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      said += String(chunk)
      if (said.includes(words)) resolve()
    })
    child.once('exit', () => reject(new Error(`the dry run ended before it said "${words}":\n${said}`)))
  })
  return child
}

async function processesOf(group: number): Promise<readonly string[]> {
  const all = await run(['ps', '-e', '-o', 'pgid=,stat=,args='])
  return all.split('\n').filter((line) => line.trim().startsWith(`${group} `) && !/^\s*\d+\s+Z/.test(line))
}

describe('Ctrl-C in a dry run', () => {
  it.each(['front end', 'deb …'])('at "%s" leaves no half-written file and no child process', async (words) => {
    const child = await startUntil(words)
    await sleep(700)
    const ended = once(child, 'exit')
    const group = child.pid ?? 0
    process.kill(group, 'SIGINT') // to the run alone: its children must be ended by it
    const [code] = await ended
    await sleep(500)
    expect(code).toBe(130)
    expect(await processesOf(group)).toEqual([])
    const files = await readdir(out, { recursive: true })
    expect(files.filter((name) => name.includes('.part'))).toEqual([])
  })
})
