import { z } from 'zod'
import { renderEnvironmentPage } from '../launcher/environment-page.ts'
import { streamOf } from '../lib/archive/bytes.ts'
import { MEDIA_TYPES, type Output } from '../lib/core/artifact.ts'
import type { Facts } from '../lib/core/facts.ts'
import { defineFormat, type Format } from '../lib/core/format.ts'

const ENVIRONMENT_PAGE = {
  kind: 'file',
  name: 'ENVIRONMENT.md',
  mediaType: MEDIA_TYPES.markdown,
  carries: 'none',
} satisfies Output

/** Pages for people who install the application; there is one as soon as it has environment variables. */
export const papers: Format = defineFormat({
  name: 'papers',
  needs: [],
  schema: z.strictObject({}).describe('Pages beside the packages; nothing to set.'),
  check: () => [],
  outputs: (facts) => (hasVariables(facts) ? [ENVIRONMENT_PAGE] : []),
  targets: () => [],
  bases: () => [],
  async build({ facts, write }) {
    if (hasVariables(facts)) await write(ENVIRONMENT_PAGE.name, streamOf(Buffer.from(renderEnvironmentPage(facts))))
  },
})

const hasVariables = (facts: Facts): boolean => facts.runtime.environment.length > 0
