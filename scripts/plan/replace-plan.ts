import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AFTER_PLAN } from '../lib/core/hand-over.ts'
import type { Plan } from '../lib/core/plan.ts'
import { writeJson } from '../lib/io/files.ts'

const earlier = (out: string): string => join(out, 'plan.json.before')

/** Takes the plan of an earlier run away, so that no stage goes on with it; it is kept to be compared. */
export async function setAside(out: string): Promise<void> {
  await rename(join(out, 'plan.json'), earlier(out)).catch(ignoreAbsent)
}

/** Writes the plan. What was made for another one goes first: it would look valid, and be published as this release. */
export async function replacePlan(out: string, plan: Plan): Promise<void> {
  const before = await readFile(earlier(out), 'utf8').catch(ignoreAbsent)
  if (before !== undefined && !isSame(before, plan)) {
    for (const path of AFTER_PLAN) await rm(join(out, path), { recursive: true, force: true })
  }
  await writeJson(join(out, 'plan.json'), plan)
  await rm(earlier(out), { force: true })
}

function isSame(text: string, plan: Plan): boolean {
  return text.trimEnd() === JSON.stringify(plan, null, 2)
}

function ignoreAbsent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
