import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Facts } from '../../scripts/lib/core/facts.ts'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { Report } from '../../scripts/lib/io/report.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import type { Stage } from '../../scripts/lib/io/stage.ts'
import { sampleFacts } from './facts.ts'

/** A folder that goes when the test ends. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A stage over an empty dist/ below `place`, with a plan made of the sample's facts; `notices` fills while it runs. */
export async function testStage(
  facts: Partial<Facts> = {},
  plan: Partial<Plan> = {},
  place?: string,
): Promise<{ readonly stage: Stage; readonly notices: string[] }> {
  const folder = place ?? (await scratch())
  const notices: string[] = []
  const report: Report = { ...silentReport, notice: (text) => void notices.push(text) }
  const whole: Plan = {
    schema: 1,
    facts: sampleFacts(facts),
    formats: [],
    targets: [],
    bases: [],
    sealed: [],
    inputs: { schema: 1, files: [] },
    checkout: { kind: 'git', project: '' },
    history: [],
    notices: [],
    ...plan,
  }
  return { stage: { plan: whole, out: join(folder, 'dist'), cache: join(folder, 'cache'), report }, notices }
}
