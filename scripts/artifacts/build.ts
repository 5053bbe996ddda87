import { ReleaseError } from '../lib/core/error.ts'
import type { Format } from '../lib/core/format.ts'
import { type PlannedFormat, waves } from '../lib/core/plan.ts'
import type { Stage } from '../lib/io/stage.ts'
import { buildFormat } from '../lib/io/workbench.ts'

/** How building one format ended; a failure never hides the other formats. */
export interface FormatOutcome {
  readonly format: string
  readonly failure?: unknown
}

/** Builds the named formats (all planned ones when none is named), both waves, each wave side by side. */
export async function buildArtifacts(
  stage: Stage,
  formats: readonly Format[],
  names: readonly string[] = [],
): Promise<readonly FormatOutcome[]> {
  const planned = stage.plan.formats.map((format) => format.name)
  const unknown = names.filter((name) => !planned.includes(name))
  if (unknown.length > 0) {
    throw new ReleaseError('USAGE', `not planned: ${unknown.join(', ')}`, {
      hint: `The plan has ${planned.join(', ')}.`,
    })
  }
  const wanted = (format: PlannedFormat): boolean => names.length === 0 || names.includes(format.name)
  const outcomes: FormatOutcome[] = []
  for (const wave of waves(stage.plan)) {
    const failed = new Set(outcomes.filter(({ failure }) => failure !== undefined).map(({ format }) => format))
    outcomes.push(...(await Promise.all(wave.filter(wanted).map((format) => build(stage, formats, format, failed)))))
  }
  return outcomes
}

async function build(
  stage: Stage,
  formats: readonly Format[],
  planned: PlannedFormat,
  failed: ReadonlySet<string>,
): Promise<FormatOutcome> {
  const format = formats.find(({ name }) => name === planned.name)
  const lost = planned.needs.filter((need) => failed.has(need))
  try {
    if (format === undefined) throw unknownFormat(planned)
    if (lost.length > 0) throw lostNeeds(planned, lost)
    await stage.report.task(planned.name, () => buildFormat(stage, format, planned))
    return { format: planned.name }
  } catch (failure) {
    return { format: planned.name, failure }
  }
}

function unknownFormat({ name }: PlannedFormat): ReleaseError {
  const hint = 'Plan again with this version of Slipway.'
  return new ReleaseError('PLAN_DRIFT', `this Slipway has no format ${name}`, { hint })
}

function lostNeeds({ name }: PlannedFormat, lost: readonly string[]): ReleaseError {
  const hint = `Repair what is said of ${lost.join(', ')}, then run \`slipway build ${[...lost, name].join(' ')}\`.`
  return new ReleaseError('STAGE_MISSING', `${name} needs ${lost.join(', ')}`, { hint })
}
