import { renderRun } from './lib/core/summary.ts'
import type { Verb } from './lib/io/command-line.ts'
import { readEarlier } from './lib/io/earlier-release.ts'
import { main } from './lib/io/main.ts'
import { projectOptions, resolveProject } from './lib/io/project-options.ts'
import { JSON_OUTPUT, openOut, print } from './lib/io/stage-options.ts'
import { planProject } from './plan-release.ts'
import { renderSimulated, simulatePublish } from './publish/simulation.ts'
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
    {
      name: 'simulate-publish',
      help: 'publish to a stand-in for GitHub on this machine, and show what would be public',
    },
    JSON_OUTPUT,
  ],
  examples: [
    'slipway dry-run',
    'slipway dry-run --project ../app --tag v1.2.3 --out /tmp/dist',
    'slipway dry-run --only deb',
    'slipway dry-run --simulate-publish',
    'slipway dry-run --against https://github.com/OWNER/NAME/releases/latest/download/release.json',
  ],
  async run(args) {
    const project = resolveProject(args)
    const against = args.text('against')
    const earlier = against === undefined ? undefined : await readEarlier(against)
    await planProject(args)
    const stage = await openOut(args)
    const result = await runWhole(stage, project.folder, earlier)
    const broken = result.again.length > 0
    const simulated = args.has('simulate-publish') && !broken ? await simulatePublish(stage) : undefined
    const pages = [renderRun(result, args.text('out') ?? 'dist'), ...(simulated ? [renderSimulated(simulated)] : [])]
    print(args, simulated === undefined ? result : { ...result, simulated }, pages.join('\n\n'))
    if (broken) process.exitCode = 1
  },
}

if (import.meta.main) await main(dryRun)
