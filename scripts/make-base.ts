import { makeBase } from './base/stage.ts'
import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { OUT, openOut } from './lib/io/stage-options.ts'

/** `slipway base`: dist/base/ and base.json. */
export const baseVerb: Verb = {
  name: 'base',
  summary:
    'Makes the base layers of images from the Debian packages or registry images in slipway.lock; runs nothing from them.',
  options: [OUT],
  examples: [
    'slipway base',
    'SLIPWAY_DEBIAN_MIRROR=https://mirror.example slipway base',
    'SLIPWAY_DEBIAN_MIRROR=apt slipway base',
  ],
  run: async (args) => makeBase(await openOut(args)),
}

if (import.meta.main) await main(baseVerb)
