import { resolve } from 'node:path'
import { handOverNames, handOverPaths } from './lib/core/hand-over.ts'
import type { Verb } from './lib/io/command-line.ts'
import { packHandOver, unpackHandOvers } from './lib/io/hand-over.ts'
import { OUT, openOut } from './lib/io/stage-options.ts'

/** `slipway pack`: what a job leaves for the next ones. */
export const pack: Verb = {
  name: 'pack',
  summary:
    'Packs what a stage or format left into dist/hand-over/NAME.tar, for a job on another machine; without a name all.',
  positional: '[NAME …]',
  options: [OUT],
  examples: ['slipway pack source', 'slipway pack deb', 'slipway pack # after a dry run'],
  async run(args) {
    const { plan, out, report } = await openOut(args)
    const names = args.positional.length > 0 ? args.positional : handOverNames(plan)
    for (const name of names) report.line(await packHandOver(out, name, handOverPaths(plan, name)))
  },
}

/** `slipway unpack`: what other jobs left. */
export const unpack: Verb = {
  name: 'unpack',
  summary: 'Unpacks one hand-over, or every hand-over of a folder, into dist/.',
  positional: '[FILE | DIR]',
  options: [OUT],
  examples: ['slipway unpack', 'slipway unpack hand-over/pypi.tar --out dist'],
  async run(args) {
    const out = resolve(args.text('out') ?? 'dist')
    const names = await unpackHandOvers(out, resolve(args.positional[0] ?? 'hand-over'))
    process.stderr.write(`${names.join('\n')}\n`)
  },
}
