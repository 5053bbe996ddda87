import type { RehearsalStep, StepKinds } from '../lib/core/rehearsal.ts'
import type { StaticListing } from '../lib/core/stages.ts'
import { assertEvidence, playSteps, told, type Visit } from './black-box.ts'
import { assertGone } from './static-files.ts'

// What changes nothing, so that it can be asked of an installation with data in it.
const LOOKING: readonly (keyof StepKinds)[] = ['ready', 'login', 'static', 'page', 'contains']
const WHEN = 'after the upgrade'

/**
 * Goes on with a visit when the installation was replaced by a release that came later: what was left before is there, for the
 * session of before and for a new login; the steps of the new release that only look pass; static files it lacks are gone.
 */
export async function runAfterUpgrade(
  visit: Visit,
  steps: readonly RehearsalStep[],
  listing: StaticListing,
): Promise<void> {
  const upgraded: Visit = { ...visit, listing }
  await playSteps(upgraded, [{ ready: visit.ready }], `${WHEN}, `)
  await assertKept(upgraded, 'what was there before')
  await playSteps(upgraded, steps.filter(onlyLooks), `${WHEN}, `)
  await assertKept(upgraded, 'what was there before, with the login of now')
  const label = `${WHEN}, static files of before`
  await told(upgraded, label, async () => {
    const count = await assertGone(visit.browser, visit.listing, listing, prefixOf(steps), label)
    if (count > 0) visit.report.line(`  ${count} static files of before are gone`)
  })
}

async function assertKept(visit: Visit, what: string): Promise<void> {
  const label = `${WHEN}, ${what}`
  await told(visit, label, () => assertEvidence(visit, label, WHEN))
}

function onlyLooks(step: RehearsalStep): boolean {
  return LOOKING.some((kind) => kind in step)
}

/** Where the steps ask for static files. */
function prefixOf(steps: readonly RehearsalStep[]): string | undefined {
  const files = steps.map(({ static: file }) => file).filter((file) => typeof file === 'object')
  return files.find(({ prefix }) => prefix !== undefined)?.prefix
}
