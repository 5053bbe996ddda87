import { readFile } from 'node:fs/promises'
import { type RunOptions, run } from '../scripts/lib/io/run.ts'
import type { Cost, Way } from './comparison.ts'

const TICKS = 100 // clock ticks in a second: USER_HZ of every Linux that Node runs on
const EVERY_MS = 50

/** Runs a way once and says what it took. */
export async function measure(way: Way): Promise<Cost> {
  await way.reset?.()
  const { env = {}, cwd } = way
  const options: RunOptions = { env, inherit: true, ...(cwd === undefined ? {} : { cwd }) } // proxies, mirrors
  let peak = 0
  const look = async (): Promise<void> => {
    peak = Math.max(peak, await residentBelow(process.pid))
  }
  const watch = setInterval(look, EVERY_MS)
  const cpu = await childSeconds()
  const began = performance.now()
  try {
    for (const command of way.commands) await run(command, options)
  } finally {
    clearInterval(watch)
  }
  const wall = (performance.now() - began) / 1000
  return { cpu: (await childSeconds()) - cpu, wall, peak, made: (await way.made?.()) ?? {} }
}

/** CPU seconds of all children that have ended, with theirs: cutime and cstime of proc_pid_stat(5). */
async function childSeconds(): Promise<number> {
  const stat = await readFile('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the first one here is the third there
  return (Number(fields[13]) + Number(fields[14])) / TICKS
}

async function residentBelow(pid: number): Promise<number> {
  const children = await childrenOf(pid)
  const sizes = await Promise.all(children.map(async (child) => (await resident(child)) + (await residentBelow(child))))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return text.split(' ').filter(Boolean).map(Number)
}

/** What a process has in memory, its part of what it shares: a program that was just forked would count twice otherwise. */
async function resident(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024
}
