import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { JSON_OUTPUT, OUT, openOut, print } from './lib/io/stage-options.ts'
import { CHANNELS, rehearse } from './rehearse/rehearse.ts'

/** `slipway rehearse`: what was built is installed, started and used before anybody can download it. */
export const rehearseVerb: Verb = {
  name: 'rehearse',
  summary: 'Installs and starts what was built as its users do, and plays the steps of slipway.yaml on it.',
  positional: `[${Object.keys(CHANNELS).join(' | ')} …]`,
  options: [OUT, JSON_OUTPUT],
  examples: [
    'slipway rehearse image wheel # needs Docker and PostgreSQL',
    'slipway rehearse deb         # in a Debian of its own; needs root and mmdebstrap',
  ],
  async run(args) {
    const rehearsal = await rehearse(
      await openOut(args),
      args.positional.flatMap((word) => word.split(',')),
    )
    const lines = rehearsal.channels.map(({ channel, artifact, steps }) => `✓ ${artifact} (${channel}), ${steps} steps`)
    print(args, rehearsal, lines.join('\n'))
  },
}

if (import.meta.main) await main(rehearseVerb)
