import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { z } from 'zod'
import { ReleaseError } from '../../lib/core/error.ts'

/** How a source archive says it is built (PEP 518, PEP 517). */
export interface BackEnd {
  readonly requires: readonly string[]
  readonly backend: string // module, and `:object` where it is one inside
  readonly path: readonly string[] // folders of the archive that hold the back end
}

// PEP 517, "Source trees": what a project without a declaration gets.
const LEGACY = 'setuptools.build_meta:__legacy__'

const schema = z.object({
  'build-system': z
    .object({
      requires: z.array(z.string()),
      'build-backend': z.string().default(LEGACY),
      'backend-path': z.array(z.string()).default([]),
    })
    .default({ requires: ['setuptools >= 40.8.0'], 'build-backend': LEGACY, 'backend-path': [] }),
})

/** Reads it from the unpacked archive. */
export async function readBackEnd(folder: string, what: string): Promise<BackEnd> {
  const text = await readFile(join(folder, 'pyproject.toml'), 'utf8').catch(() => '')
  try {
    const { requires, 'build-backend': backend, 'backend-path': path } = schema.parse(parseToml(text))['build-system']
    return { requires, backend, path }
  } catch (cause) {
    const hint = 'Give a wheel of it in deps.wheels.'
    throw new ReleaseError('DEPS_UNRESOLVED', `pyproject.toml of ${what} cannot be read`, { hint, cause })
  }
}
