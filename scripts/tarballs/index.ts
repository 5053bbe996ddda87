import { defineFormat, type Format } from '../lib/core/format.ts'
import { archives } from './archives.ts'
import { tarballsSchema } from './config.ts'

/** Archives for packagers and proxies: the pristine source, the same with static files, the static files alone. */
export const tarballs: Format = defineFormat({
  name: 'tarballs',
  needs: [],
  schema: tarballsSchema,
  check: () => [],
  outputs: (facts, config) => archives(facts, config).map(({ output }) => output),
  targets: () => [],
  bases: () => [],
  async build(work, config) {
    for (const { output, bytes } of archives(work.facts, config)) {
      await work.write(output.name, await bytes(work, config))
    }
  },
})
