import { resolve } from 'node:path'
import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { JSON_OUTPUT, OUT, print } from './lib/io/stage-options.ts'
import { compareWithIndex, PYPI } from './publish/index-files.ts'

/** `slipway index`: whether the Python index still wants our files; sends nothing. */
export const indexVerb: Verb = {
  name: 'index',
  summary: 'Compares the sdist and wheel with what the Python index has; refuses other bytes under their names.',
  options: [
    OUT,
    { name: 'index', value: 'URL', help: `simple repository to compare with, default ${PYPI}` },
    JSON_OUTPUT,
  ],
  examples: ['slipway index >> "$GITHUB_OUTPUT"   # upload=yes or upload=no', 'slipway index --json'],
  async run(args) {
    const found = await compareWithIndex(resolve(args.text('out') ?? 'dist'), args.text('index') ?? PYPI)
    print(args, found, `upload=${found.missing.length > 0 ? 'yes' : 'no'}`)
  },
}

if (import.meta.main) await main(indexVerb)
