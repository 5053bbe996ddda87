import { buildArtifacts } from './artifacts/build.ts'
import { assertBuilt } from './artifacts/outcome.ts'
import { formats } from './formats.ts'
import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { OUT, openOut } from './lib/io/stage-options.ts'

/** `slipway build`: formats from the finished trees. */
export const build: Verb = {
  name: 'build',
  summary: 'Builds the planned formats, or only those named, into dist/artifacts/.',
  positional: '[FORMAT …]',
  options: [OUT],
  examples: ['slipway build', 'slipway build deb && slipway prove && slipway seal'],
  async run(args) {
    assertBuilt(await buildArtifacts(await openOut(args), formats, args.positional))
  },
}

if (import.meta.main) await main(build)
