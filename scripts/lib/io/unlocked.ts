import type { Unlocked } from '../core/publish-refusals.ts'
import { loadBaseListing } from './base-files.ts'
import type { Stage } from './stage.ts'
import { loadDeps } from './stage-trees.ts'

/** What a release was made of that no lock pins; only what it was made of is asked for. */
export async function readUnlocked({ plan, out }: Stage): Promise<Unlocked> {
  const resolved = plan.targets.length > 0 || plan.facts.python.collect !== undefined
  return {
    requirements: resolved && !(await loadDeps(out)).locked,
    base: plan.bases.length > 0 ? (await loadBaseListing(out)).drift : [],
  }
}
