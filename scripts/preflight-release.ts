import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { JSON_OUTPUT, OUT, openOut, print } from './lib/io/stage-options.ts'
import { preflightStage, renderPreflight } from './publish/preflight-stage.ts'

/** `slipway preflight`: whether a plan could be published; only reads. */
export const preflightVerb: Verb = {
  name: 'preflight',
  summary:
    'Looks at all that can stop publishing before anything is built: token, tag, drafts, names, rate, clock, registries.',
  options: [OUT, JSON_OUTPUT],
  examples: ['slipway plan && slipway preflight', 'slipway preflight --json'],
  async run(args) {
    const found = await preflightStage(await openOut(args))
    print(args, found, renderPreflight(found))
    if (found.refused) process.exitCode = 1
  },
}

if (import.meta.main) await main(preflightVerb)
