import { type ZodType, z } from 'zod'

/** What the room builds by. */
export interface HelmConfig {
  readonly repository?: string | undefined
  readonly kubernetes: string
  readonly storage: string
  readonly icon?: string | undefined
}

/** The `helm` section of slipway.yaml. */
export const helmSchema: ZodType<HelmConfig> = z.strictObject({
  repository: z
    .string()
    .optional()
    .describe('Image repository that the chart pulls from; default the first of `docker.repositories`.'),
  kubernetes: z
    .string()
    .default('>=1.27.0-0')
    .describe('Kubernetes versions that the chart installs on (kubeVersion).'),
  storage: z.string().default('5Gi').describe('Default size of the volume for uploads and other state.'),
  icon: z.string().optional().describe('URL of an icon for chart catalogues.'),
})
