import { type ZodType, z } from 'zod'

/** What the room builds by. */
export interface PypiConfig {
  readonly name: string
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
  classifiers: z.array(z.string()).default([]).describe('Trove classifiers, such as `Framework :: Django`.'),
  urls: z
    .record(z.string(), z.string())
    .default({})
    .describe('More links for the page of the project, label to URL; the homepage is always there.'),
})
