import { type ZodType, z } from 'zod'
import { projectPath } from '../lib/core/config/rules.ts'
import { VERSION_RULES, type VersionRule } from './loosen.ts'

/** What the room builds by. */
export interface PypiConfig {
  readonly name: string
  readonly data?: string | undefined
  readonly versions: VersionRule
  readonly readme?: string | undefined
  readonly classifiers: readonly string[]
  readonly urls: Readonly<Record<string, string>>
}

/** The `pypi` section of slipway.yaml. */
export const pypiSchema: ZodType<PypiConfig> = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, 'must be a project name of the Python index')
    .describe("Name of the project on the Python index; it need not be the application's name."),
  readme: z
    .string()
    .optional()
    .describe('Markdown file of the project shown as the long description; default the description of `app`.'),
  versions: z
    .enum(VERSION_RULES)
    .default('exact')
    .describe(
      'How a generated wheel requires pinned dependencies: `exact` as pinned, `patch` from there below the next minor version, `minor` below the next major one.',
    ),
  data: projectPath
    .optional()
    .describe(
      'Folder of the project that its own back end installs below the prefix of Python (shared data), such as `share`, where the front ends leave their files.',
    ),
  classifiers: z.array(z.string()).default([]).describe('Trove classifiers, such as `Framework :: Django`.'),
  urls: z
    .record(z.string(), z.string())
    .default({})
    .describe('More links for the page of the project, label to URL; the homepage is always there.'),
})
