import { checksOf, renderSummary } from './lib/core/summary.ts'
import { builtOutputs } from './lib/io/built-outputs.ts'
import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { JSON_OUTPUT, OUT, openOut, print } from './lib/io/stage-options.ts'
import { prove } from './prove/prove.ts'

/** `slipway prove`: the static files shown inside every artifact. */
export const proveVerb: Verb = {
  name: 'prove',
  summary: 'Opens every artifact again and shows each static file inside; writes dist/proof.json.',
  options: [OUT, JSON_OUTPUT],
  examples: ['slipway prove', 'slipway prove --json'],
  async run(args) {
    const stage = await openOut(args)
    const proof = await prove(stage)
    const outputs = await builtOutputs(stage)
    const rows = outputs.map((output) => ({ ...output, checks: checksOf(output, proof) }))
    print(args, proof, renderSummary(rows))
  },
}

if (import.meta.main) await main(proveVerb)
