import { z } from 'zod'

export interface TarballsConfig {
  readonly level: number
  readonly zip: boolean
}

/** The section `tarballs` of slipway.yaml; the source archives are made also without it. */
export const tarballsSchema: z.ZodType<TarballsConfig> = z.strictObject({
  level: z
    .int()
    .min(1)
    .max(9)
    .default(6)
    .describe('How hard the archives are compressed: level of gzip and zip, 1 to 9.'),
  zip: z.boolean().default(true).describe('Also give the static files alone as a .zip, for people without tar.'),
})
