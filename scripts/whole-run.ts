import { buildArtifacts } from './artifacts/build.ts'
import { formats } from './formats.ts'
import { checksOf, describePublishing, type RunResult, type SummaryRow } from './lib/core/summary.ts'
import { builtOutputs } from './lib/io/built-outputs.ts'
import { renderError } from './lib/io/main.ts'
import { runAll } from './lib/io/schedule.ts'
import type { Stage } from './lib/io/stage.ts'
import { prove } from './prove/prove.ts'
import { seal } from './seal/seal.ts'
import { stages } from './stages.ts'

const REST = ['slipway build', 'slipway prove', 'slipway seal']

/** Runs everything after the plan up to and with the seal; failures are shown and end in the result, not thrown. */
export async function runWhole(stage: Stage, project: string): Promise<RunResult> {
  const failed = await makeTrees(stage, project)
  if (failed.length > 0)
    return ended(
      stage,
      [],
      failed.map((verb) => `slipway ${verb}`),
    )
  const broken = await buildFormats(stage)
  if (broken.length > 0) return ended(stage, await builtRows(stage, broken), [`slipway build ${broken.join(' ')}`])
  try {
    return ended(stage, await proveAndSeal(stage), [])
  } catch (error) {
    stage.report.line(renderError(error))
    return ended(stage, await builtRows(stage, []), ['slipway build'])
  }
}

async function makeTrees(stage: Stage, project: string): Promise<readonly string[]> {
  const failures = await runAll(stages.map((spec) => ({ ...spec, run: () => spec.run(stage, project) })))
  for (const { error } of failures) stage.report.line(renderError(error))
  return failures.map(({ name }) => stages.find((spec) => spec.name === name)?.verb ?? name)
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

function ended(stage: Stage, files: readonly SummaryRow[], failed: readonly string[]): RunResult {
  const { plan } = stage
  return {
    version: plan.facts.version.plain,
    files,
    publishing: describePublishing(plan, files),
    notices: plan.notices,
    again: failed.length === 0 ? [] : [...new Set([...failed, ...REST])],
  }
}
