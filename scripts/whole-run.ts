import { buildArtifacts } from './artifacts/build.ts'
import { formats } from './formats.ts'
import { planRefusals, publishRefusals } from './lib/core/publish-refusals.ts'
import { type EarlierRelease, pullsOf } from './lib/core/pulls.ts'
import { checksOf, describePublishing, type RunResult, type SummaryRow } from './lib/core/summary.ts'
import { builtOutputs } from './lib/io/built-outputs.ts'
import { commandName } from './lib/io/command-line.ts'
import { renderError } from './lib/io/main.ts'
import { runAll } from './lib/io/schedule.ts'
import type { Stage } from './lib/io/stage.ts'
import { readUnlocked } from './lib/io/unlocked.ts'
import { prove } from './prove/prove.ts'
import { seal } from './seal/seal.ts'
import { stages } from './stages.ts'

const REST = ['build', 'prove', 'seal']

/** Runs everything after the plan up to and with the seal; failures are shown and end in the result, not thrown. */
export async function runWhole(stage: Stage, project: string, earlier?: EarlierRelease): Promise<RunResult> {
  const left = await makeTrees(stage, project)
  if (left.length > 0) return ended(stage, [], [...left, ...REST])
  const broken = await buildFormats(stage)
  if (broken.length > 0) {
    return ended(stage, await builtRows(stage, broken), [`build ${broken.join(' ')}`, 'prove', 'seal'])
  }
  try {
    const result = await ended(stage, await proveAndSeal(stage), [])
    const against = earlier === undefined ? {} : { against: earlier.version }
    return { ...result, pulls: pullsOf(await builtOutputs(stage), earlier), ...against }
  } catch (error) {
    stage.report.line(renderError(error))
    return ended(stage, await builtRows(stage, []), REST)
  }
}

/** The verbs of the stages that failed and of those that wait for them. */
async function makeTrees(stage: Stage, project: string): Promise<readonly string[]> {
  const failures = await runAll(stages.map((spec) => ({ ...spec, run: () => spec.run(stage, project) })))
  for (const { error } of failures) stage.report.line(renderError(error))
  const lost = new Set(failures.map(({ name }) => name))
  const left = stages.filter(({ name, needs }) => {
    if (needs.some((need) => lost.has(need))) lost.add(name)
    return lost.has(name)
  })
  return [...new Set(left.map(({ verb }) => (verb === 'source' ? `source --project ${project}` : verb)))]
}

async function buildFormats(stage: Stage): Promise<readonly string[]> {
  const failed = (await buildArtifacts(stage, formats)).filter(({ failure }) => failure !== undefined)
  for (const { failure } of failed) stage.report.line(renderError(failure))
  return failed.map(({ format }) => format)
}

async function proveAndSeal(stage: Stage): Promise<readonly SummaryRow[]> {
  const proof = await prove(stage)
  const outputs = await builtOutputs(stage)
  const sealed = await seal(stage, outputs)
  return [
    ...outputs.map((output) => ({ ...output, checks: checksOf(output, proof) })),
    ...sealed.map((file) => ({ ...file, checks: 'written by seal' })),
  ]
}

async function builtRows(stage: Stage, without: readonly string[]): Promise<readonly SummaryRow[]> {
  const formatsLeft = stage.plan.formats.filter(({ name }) => !without.includes(name))
  const outputs = await builtOutputs({ ...stage, plan: { ...stage.plan, formats: formatsLeft } })
  return outputs.map((output) => ({ ...output, checks: 'not proven' }))
}

async function ended(stage: Stage, files: readonly SummaryRow[], verbs: readonly string[]): Promise<RunResult> {
  const { plan } = stage
  const broken = verbs.length > 0 // it has other cares, and may have resolved nothing
  return {
    version: plan.facts.version.plain,
    files,
    pulls: [],
    refused: broken ? planRefusals(plan) : publishRefusals(plan, await readUnlocked(stage)),
    publishing: describePublishing(plan, files),
    notices: plan.notices,
    again: verbs.map((verb) => `${commandName()} ${verb}`),
  }
}
