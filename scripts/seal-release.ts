import { renderSummary } from './lib/core/summary.ts'
import { builtOutputs } from './lib/io/built-outputs.ts'
import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { JSON_OUTPUT, OUT, openOut, print } from './lib/io/stage-options.ts'
import { seal } from './seal/seal.ts'

/** `slipway seal`: release.json and SHA256SUMS. */
export const sealVerb: Verb = {
  name: 'seal',
  summary: 'Writes release.json and SHA256SUMS over exactly the proven bytes.',
  options: [OUT, JSON_OUTPUT],
  examples: ['slipway seal'],
  async run(args) {
    const stage = await openOut(args)
    const sealed = await seal(stage, await builtOutputs(stage))
    print(args, sealed, renderSummary(sealed.map((file) => ({ ...file, checks: '' }))))
  },
}

if (import.meta.main) await main(sealVerb)
