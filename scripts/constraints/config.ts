import { z } from 'zod'
import type { Architecture } from '../lib/core/facts.ts'

export interface ConstraintsConfig {
  readonly pythons: readonly string[]
  readonly architectures: readonly Architecture[]
}

/** The section `constraints` of slipway.yaml. */
export const constraintsSchema: z.ZodType<ConstraintsConfig> = z
  .strictObject({
    pythons: z
      .array(z.string().regex(/^3\.\d{1,2}$/, 'is no Python minor such as "3.11"'))
      .min(1)
      .describe('Python minors, quoted; the release has one file for each.'),
    architectures: z
      .array(z.enum(['amd64', 'arm64']))
      .min(1)
      .default(['amd64'])
      .describe('Machines for which every package has a wheel, which building the release proves.'),
  })
  .describe('Files with the exact version and hashes of the wheel and of everything that it needs, for pip and uv.')
