import { formats } from './formats.ts'
import { renderCheck } from './lib/core/config/load.ts'
import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { projectOptions, resolveProject } from './lib/io/project-options.ts'
import { JSON_OUTPUT, print } from './lib/io/stage-options.ts'
import { checkProject } from './plan/check.ts'

/** `slipway check`: the configuration against its rules, the tree and the code. */
export const check: Verb = {
  name: 'check',
  summary: 'Says everything that is wrong with slipway.yaml, with line and column; writes nothing.',
  options: [...projectOptions, JSON_OUTPUT],
  examples: ['slipway check', 'slipway check --project ../app --json'],
  async run(args) {
    const result = await checkProject(resolveProject(args), formats)
    print(args, result, renderCheck(result.errors, result.notices))
    if (result.errors.length > 0) process.exitCode = 1
  },
}

if (import.meta.main) await main(check)
