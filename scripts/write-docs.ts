import { fileURLToPath } from 'node:url'
import { formats } from './formats.ts'
import { renderConfigPage, renderConfigSchema } from './lib/core/config/document.ts'
import { configJsonSchema } from './lib/core/config/schema.ts'
import type { Verb } from './lib/io/command-line.ts'
import { writeBeside } from './lib/io/files.ts'
import { main } from './lib/io/main.ts'

const DOCS = new URL('../docs/', import.meta.url)

/** `slipway docs`: the pages of this repository that follow from the schema of slipway.yaml. */
export const docs: Verb = {
  name: 'docs',
  summary: "Writes docs/configuration.md and docs/slipway.schema.json of Slipway's own repository.",
  options: [],
  examples: ['slipway docs'],
  async run() {
    const schema = configJsonSchema(formats)
    await writeBeside(fileURLToPath(new URL('configuration.md', DOCS)), renderConfigPage(schema))
    await writeBeside(fileURLToPath(new URL('slipway.schema.json', DOCS)), renderConfigSchema(schema))
  },
}

if (import.meta.main) await main(docs)
