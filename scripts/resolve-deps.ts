import { makeDeps } from './deps/deps.ts'
import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { OUT, openOut } from './lib/io/stage-options.ts'

/** `slipway deps`: dist/vendor/ and deps.json. */
export const depsVerb: Verb = {
  name: 'deps',
  summary: 'Resolves and unpacks third-party packages for each target and for the builder.',
  options: [OUT],
  examples: ['slipway deps', 'slipway deps --out /tmp/release'],
  run: async (args) => makeDeps(await openOut(args)),
}

if (import.meta.main) await main(depsVerb)
