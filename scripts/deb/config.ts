import { z } from 'zod'
import { debianRelation } from '../lib/core/config/rules.ts'
import type { Architecture } from '../lib/core/facts.ts'
import { type Allow, allowSchema } from './allow.ts'

export interface DebConfig {
  readonly pythons: readonly string[]
  readonly architectures: readonly Architecture[]
  readonly depends: readonly string[]
  readonly recommends: readonly string[]
  readonly section: string
  readonly priority: 'optional' | 'extra'
  readonly allow: Allow
  readonly compression: { readonly level: number }
}

/** The section `deb` of slipway.yaml. */
export const debSchema: z.ZodType<DebConfig> = z.strictObject({
  pythons: z
    .array(z.string().regex(/^3\.\d{1,2}$/, 'is no Python minor such as "3.11"'))
    .min(1)
    .default(['3.11', '3.13'])
    .describe('Python minors of the targets, quoted: "3.11" is Debian 12, "3.12" Ubuntu 24.04, "3.13" Debian 13.'),
  architectures: z
    .array(z.enum(['amd64', 'arm64']))
    .min(1)
    .default(['amd64'])
    .describe('Machines for which native dependencies are packed.'),
  depends: z
    .array(debianRelation)
    .default([])
    .describe('Debian packages that must be installed beside the application, such as a library it opens by name.'),
  recommends: z
    .array(debianRelation)
    .default([])
    .describe('Debian packages that are installed with it unless the administrator says no.'),
  section: z
    .string()
    .regex(/^[a-z]+$/)
    .default('web')
    .describe('Section of the Debian archive, such as web or python.'),
  priority: z.enum(['optional', 'extra']).default('optional').describe('Priority field of the packages.'),
  allow: allowSchema
    .prefault({} as Allow)
    .describe('What the units of the services allow besides; without it they can do little (docs/deb.md).'),
  compression: z
    .strictObject({ level: z.int().min(0).max(9).default(2).describe('Preset of xz, 0 to 9.') })
    .default({ level: 2 })
    .describe('How hard the packages are compressed; a higher preset costs minutes and saves little.'),
})
