import { formats } from './formats.ts'
import type { Plan } from './lib/core/plan.ts'
import { renderMatrix, renderPlan } from './lib/core/render-plan.ts'
import type { Arguments, Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { projectOptions, resolveProject } from './lib/io/project-options.ts'
import { JSON_OUTPUT, print } from './lib/io/stage-options.ts'
import { makePlan } from './plan/make-plan.ts'

/** Plans the project that the options name into `--out`. */
export const planProject = (args: Arguments): Promise<Plan> => makePlan(resolveProject(args), formats)

/** `slipway plan`: everything decided, every promised output by name. */
export const plan: Verb = {
  name: 'plan',
  summary: 'Decides everything as plain data: dist/plan.json and dist/inputs/.',
  options: [...projectOptions, { name: 'matrix', help: 'print the waves as GitHub Actions outputs' }, JSON_OUTPUT],
  examples: ['slipway plan', 'slipway plan --project ../app --tag v1.2.3', 'slipway plan --matrix >> "$GITHUB_OUTPUT"'],
  async run(args) {
    const decided = await planProject(args)
    print(args, decided, args.has('matrix') ? renderMatrix(decided) : renderPlan(decided))
  },
}

if (import.meta.main) await main(plan)
