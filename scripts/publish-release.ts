import type { Arguments, Verb } from './lib/io/command-line.ts'
import { readGithubSettings } from './lib/io/github-settings.ts'
import { main } from './lib/io/main.ts'
import { JSON_OUTPUT, OUT, openOut, print } from './lib/io/stage-options.ts'
import { publish } from './publish/publish.ts'
import { renderSimulated, simulatePublish } from './publish/simulation.ts'
import { assertWhole, commandOf, partOf, renderPublished } from './publish/words.ts'

/** `slipway publish [draft|finish]`: the only verb that writes outward. */
export const publishVerb: Verb = {
  name: 'publish',
  summary: 'Uploads a finished dist/ to GitHub as a draft, compares every file, and makes it public.',
  positional: '[draft | finish]',
  options: [
    OUT,
    {
      name: 'simulate',
      help: 'send everything to a stand-in for GitHub on this machine, and show what would be public',
    },
    JSON_OUTPUT,
  ],
  examples: [
    'slipway publish            # draft and finish at once, where nothing lies between',
    'slipway publish --simulate # the real upload to a stand-in on this machine; needs no token',
    'slipway publish draft      # upload and compare; only maintainers see it',
    'slipway publish finish     # after the Python index has its files: compare again, make it public, move tags',
    'GITHUB_API_URL=https://github.example/api/v3 slipway publish draft --out dist --json',
  ],
  async run(args: Arguments) {
    const part = partOf(args.positional)
    const stage = await openOut(args)
    if (args.has('simulate')) {
      assertWhole(part)
      const simulated = await simulatePublish(stage)
      return print(args, simulated, renderSimulated(simulated))
    }
    const settings = readGithubSettings(stage.plan.facts.repository)
    const published = await publish(stage, settings, part, commandOf(part, args.text('out')))
    print(args, published, renderPublished(published))
  },
}

if (import.meta.main) await main(publishVerb)
