import { resolve } from 'node:path'
import { ReleaseError } from './lib/core/error.ts'
import { handOverPaths } from './lib/core/hand-over.ts'
import { parseArguments, type Verb } from './lib/io/command-line.ts'
import { packHandOver, unpackHandOvers } from './lib/io/hand-over.ts'
import { OUT, openOut } from './lib/io/stage-options.ts'

/** `slipway job`: one verb on a machine of its own, between what earlier jobs left and what it leaves itself. */
export function jobVerb(verbs: readonly Verb[]): Verb {
  return {
    name: 'job',
    summary:
      'Runs one verb of a workflow job: unpacks what earlier jobs left before it, packs what it leaves after it.',
    positional: '-- VERB [WORD …]',
    options: [
      OUT,
      { name: 'take', value: 'DIR', help: 'folder with the hand-overs of earlier jobs' },
      { name: 'leave', value: 'NAME', help: 'hand-over to pack: the name of a stage or format' },
    ],
    examples: ['slipway job --take hand-over --leave deb -- build deb'],
    async run(args) {
      const [name, ...words] = args.positional
      const verb = verbs.find((candidate) => candidate.name === name)
      if (verb === undefined) {
        throw new ReleaseError('USAGE', `there is no verb ${name ?? ''} for a job`, { hint: 'See `slipway --help`.' })
      }
      const [taken, left] = [args.text('take'), args.text('leave')]
      if (taken !== undefined) await unpackHandOvers(resolve(args.text('out') ?? 'dist'), resolve(taken))
      await verb.run(parseArguments(verb, words))
      if (left === undefined || (process.exitCode ?? 0) !== 0) return
      const { plan, out, report } = await openOut(args)
      report.line(await packHandOver(out, left, handOverPaths(plan, left)))
    },
  }
}
