import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { argv } from 'zx'
import { formatSize, renderTable } from '../scripts/lib/core/table.ts'
import type { Comparison, Cost, Costs, Way } from './comparison.ts'
import { images } from './images/comparison.ts'
import { lock } from './lock/comparison.ts'
import { measure } from './measure.ts'
import { pypi } from './pypi/comparison.ts'

/** THE comparisons, one line each. */
const COMPARISONS: readonly Comparison[] = [images, lock, pypi]

const RUNS = 3

/** `pnpm bench [NAME …] [--runs N]`: measures, prints a table for each comparison, fails where a bar is missed. */
async function main(): Promise<void> {
  const names: readonly string[] = argv._
  const unknown = names.filter((name) => !COMPARISONS.some((one) => one.name === name))
  if (unknown.length > 0) {
    throw new Error(`no comparison ${unknown.join(', ')}; there are ${COMPARISONS.map(({ name }) => name).join(', ')}`)
  }
  const wanted = COMPARISONS.filter(({ name }) => names.length === 0 || names.includes(name))
  for (const one of wanted) await compare(one, Number(argv['runs'] ?? RUNS))
}

async function compare(comparison: Comparison, runs: number): Promise<void> {
  const missing = comparison.needs.filter((program) => !isInstalled(program))
  console.log(`\n${comparison.name}: ${comparison.work}\n`)
  if (missing.length > 0) return console.log(`left out: install ${missing.join(', ')}`)
  const place = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  try {
    const ways = await comparison.prepare(place)
    const costs = new Map<string, Cost>()
    for (const way of ways) costs.set(way.name, await median(way, runs))
    print(comparison, costs)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

async function median(way: Way, runs: number): Promise<Cost> {
  const costs: Cost[] = []
  for (let run = 1; run <= runs; run++) {
    console.error(`  ${way.name}, run ${run} of ${runs} …`)
    costs.push(await measure(way))
  }
  const middle = costs.toSorted((a, b) => a.cpu - b.cpu)[Math.floor((runs - 1) / 2)]
  if (middle === undefined) throw new Error('--runs must be a number above 0')
  return { ...middle, peak: Math.max(...costs.map(({ peak }) => peak)) } // a limit must hold every time
}

function print({ bars }: Comparison, costs: ReadonlyMap<string, Cost>): void {
  const columns = [
    { title: 'way' },
    { title: 'CPU s', right: true },
    { title: 'wall s', right: true },
    { title: 'peak', right: true },
    { title: 'made' },
  ]
  const rows = [...costs].map(([name, { cpu, wall, peak, made }]) => [
    name,
    cpu.toFixed(2),
    wall.toFixed(2),
    formatSize(peak),
    Object.entries(made)
      .map(([what, size]) => `${what} ${formatSize(size)}`)
      .join(', '),
  ])
  console.log(renderTable(columns, rows))
  const of: Costs = (way) => {
    const cost = costs.get(way)
    if (cost === undefined) throw new Error(`nothing called ${way} was measured`)
    return cost
  }
  for (const { says, holds } of bars) {
    const held = holds(of)
    console.log(`${held ? 'held  ' : 'MISSED'}  ${says}`)
    if (!held) process.exitCode = 1
  }
}

function isInstalled(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.some((folder) => existsSync(join(folder, program)))
}

await main()
