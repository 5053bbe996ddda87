import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lockFile } from './base/lock.ts'
import { formats } from './formats.ts'
import { loadConfig } from './lib/core/config/load.ts'
import type { Verb } from './lib/io/command-line.ts'
import { main } from './lib/io/main.ts'
import { projectOptions, resolveProject } from './lib/io/project-options.ts'
import { openReport } from './lib/io/report.ts'
import { cacheFolder } from './lib/io/stage.ts'
import { JSON_OUTPUT, print } from './lib/io/stage-options.ts'

/** `slipway lock`: slipway.lock beside slipway.yaml. */
export const lockVerb: Verb = {
  name: 'lock',
  summary: 'Locks the Debian packages of image bases, from signed indexes, in slipway.lock beside slipway.yaml.',
  options: [
    ...projectOptions.filter(({ name }) => ['project', 'config'].includes(name)),
    { name: 'source', value: 'SOURCE', help: 'a mirror (URL), a folder, or apt; default: the mirrors of this machine' },
    JSON_OUTPUT,
  ],
  examples: ['slipway lock', 'slipway lock --project sample', 'slipway lock --source apt'],
  async run(args) {
    const { config, configName } = resolveProject(args)
    const { sections } = loadConfig(await readFile(config, 'utf8'), configName, formats)
    const bases = formats.flatMap((format) => (format.name in sections ? format.bases(sections[format.name]) : []))
    const options = { cache: cacheFolder(), report: openReport(), source: args.text('source') }
    const changes = await lockFile(join(dirname(config), 'slipway.lock'), bases, options)
    print(
      args,
      changes,
      changes.length === 0
        ? 'slipway.lock: nothing changed'
        : [...changes, 'Commit slipway.lock: releases are made from it.'].join('\n'),
    )
  },
}

if (import.meta.main) await main(lockVerb)
