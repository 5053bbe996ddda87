import { resolve } from 'node:path'
import { handOverPaths } from './lib/core/hand-over.ts'
import type { Verb } from './lib/io/command-line.ts'
import { packHandOver, unpackHandOvers } from './lib/io/hand-over.ts'
import { OUT, openOut } from './lib/io/stage-options.ts'

/** `slipway pack`: what a job leaves for the next ones. */
export const pack: Verb = {
  name: 'pack',
  summary: 'Packs what a stage or format left into dist/hand-over/NAME.tar, for a job on another machine.',
  positional: 'NAME …',
  options: [OUT],
  examples: ['slipway pack source', 'slipway pack deb', 'slipway pack prove seal'],
  async run(args) {
    const { plan, out, report } = await openOut(args)
    for (const name of args.positional) report.line(await packHandOver(out, name, handOverPaths(plan, name)))
  },
}

/** `slipway unpack`: what other jobs left. */
export const unpack: Verb = {
  name: 'unpack',
  summary: 'Unpacks every hand-over of a folder into dist/.',
  positional: '[DIR]',
  options: [OUT],
  examples: ['slipway unpack', 'slipway unpack hand-over --out dist'],
  async run(args) {
    const out = resolve(args.text('out') ?? 'dist')
    const names = await unpackHandOvers(out, resolve(args.positional[0] ?? 'hand-over'))
    process.stderr.write(`${names.join('\n')}\n`)
  },
}
