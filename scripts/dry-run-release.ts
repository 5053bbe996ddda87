import { renderRun } from './lib/core/summary.ts'
import type { Verb } from './lib/io/command-line.ts'
import { readEarlier } from './lib/io/earlier-release.ts'
import { main } from './lib/io/main.ts'
import { projectOptions, resolveProject } from './lib/io/project-options.ts'
import { JSON_OUTPUT, openOut, print } from './lib/io/stage-options.ts'
import { planProject } from './plan-release.ts'
import { runWhole } from './whole-run.ts'

/** `slipway dry-run`: the real run up to and with the seal; no token, nothing outward. */
export const dryRun: Verb = {
  name: 'dry-run',
  summary: 'Makes the whole release into dist/, proven and sealed; sends nothing anywhere.',
  options: [
    ...projectOptions,
    {
      name: 'against',
      value: 'PLACE',
      help: 'release.json of an earlier release, file or URL: what its users would pull',
    },
    JSON_OUTPUT,
  ],
  examples: [
    'slipway dry-run',
    'slipway dry-run --project ../app --tag v1.2.3 --out /tmp/dist',
    'slipway dry-run --only deb',
    'slipway dry-run --against https://github.com/OWNER/NAME/releases/latest/download/release.json',
  ],
  async run(args) {
    const project = resolveProject(args)
    const against = args.text('against')
    const earlier = against === undefined ? undefined : await readEarlier(against)
    await planProject(args)
    const result = await runWhole(await openOut(args), project.folder, earlier)
    print(args, result, renderRun(result, args.text('out') ?? 'dist'))
    if (result.again.length > 0) process.exitCode = 1
  },
}

if (import.meta.main) await main(dryRun)
