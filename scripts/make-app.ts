import { makeApp } from './app/app.ts'
import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { OUT, openOut } from './lib/io/stage-options.ts'

/** `slipway app`: dist/app/ and app.json. */
export const appVerb: Verb = {
  name: 'app',
  summary: 'Makes what will be installed: the Python tree with compiled translations and the overlay.',
  options: [OUT],
  examples: ['slipway app', 'slipway app --out /tmp/release'],
  run: async (args) => makeApp(await openOut(args)),
}

if (import.meta.main) await main(appVerb)
