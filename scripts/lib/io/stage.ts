import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Plan } from '../core/plan.ts'
import { readStageJson } from './files.ts'
import type { Report } from './report.ts'

/** What every stage after the plan works with. */
export interface Stage {
  readonly plan: Plan
  readonly out: string // absolute path of dist/
  readonly cache: string // absolute path of the shared download cache
  readonly report: Report
}

/** Opens `dist/` for a stage; STAGE_MISSING when nothing is planned there. */
export async function openStage(out: string, report: Report): Promise<Stage> {
  const absolute = resolve(out)
  const plan = await readStageJson<Plan>(join(absolute, 'plan.json'), 'plan')
  return { plan, out: absolute, cache: cacheFolder(), report }
}

/** SLIPWAY_CACHE, or `slipway` below the user's cache folder (XDG Base Directory Specification). */
export function cacheFolder(): string {
  const { SLIPWAY_CACHE, XDG_CACHE_HOME } = process.env
  return SLIPWAY_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'slipway')
}
