import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { OUT, openOut } from './lib/io/stage-options.ts'
import { makeStatic } from './static/static.ts'

/** `slipway static`: dist/static/ and static.json, THE truth. */
export const staticVerb: Verb = {
  name: 'static',
  summary: 'Builds the front ends and collects the static files, once for every format.',
  options: [OUT, { name: 'twice', help: 'make everything twice, at two paths, and name the first file that differs' }],
  examples: ['slipway static', 'slipway static --twice'],
  run: async (args) => makeStatic(await openOut(args), { twice: args.has('twice') }),
}

if (import.meta.main) await main(staticVerb)
