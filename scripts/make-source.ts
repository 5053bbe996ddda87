import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { projectOptions, resolveProject } from './lib/io/project-options.ts'
import { openOut } from './lib/io/stage-options.ts'
import { makeSource } from './source/source.ts'

const OPTIONS = ['project', 'default-project', 'config', 'out']

/** `slipway source`: dist/source/ and source.json. */
export const sourceVerb: Verb = {
  name: 'source',
  summary: "Writes the project's tree at the planned commit, from git objects.",
  options: projectOptions.filter(({ name }) => OPTIONS.includes(name)),
  examples: ['slipway source', 'slipway source --project ../app --out /tmp/release'],
  run: async (args) => makeSource(await openOut(args), resolveProject(args).folder),
}

if (import.meta.main) await main(sourceVerb)
