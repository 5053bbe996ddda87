import { z } from 'zod'
import type { BuildRule, Facts } from '../facts.ts'
import { configPath, debianRelation, distributionName, matching, packageName } from './rules.ts'

const buildRule: z.ZodType<BuildRule> = z
  .strictObject({
    native: z
      .boolean()
      .default(false)
      .describe('Whether it has code for one platform, which is built in a clean Debian root; verified by the build'),
    'build-depends': z
      .array(packageName)
      .default([])
      .describe("Debian packages that the build needs besides compilers and Python's headers, such as libpq-dev"),
    version: matching(/^[0-9A-Za-z.!+]+$/, 'is no exact version', 'Write it such as "1.0.9".')
      .exactOptional()
      .describe('Its version, where no requirement or lock pins it'),
  })
  .transform(({ 'build-depends': packages, ...rule }) => ({ ...rule, packages }))

/** `deps`: how third-party packages are resolved. */
export const depsSection: z.ZodType<Facts['deps']> = z.strictObject({
  wheels: z.array(configPath).default([]).describe('Folders with wheels that the index lacks, relative to this file'),
  floor: matching(/^manylinux_2_\d+$/, 'is no manylinux tag', 'Write it such as manylinux_2_28.')
    .default('manylinux_2_28')
    .describe('Oldest C library that wheels may ask for (PEP 600)'),
  system: z
    .record(distributionName, debianRelation)
    .exactOptional()
    .describe('Dependencies that Debian packages bring in the .deb, such as lxml: python3-lxml (>= 5)'),
  build: z
    .record(distributionName, buildRule)
    .exactOptional()
    .describe('Dependencies without a wheel that are built from their source archives, by name'),
  pins: configPath
    .exactOptional()
    .describe('Requirements file with hashes that pins what these builds need, relative to this file'),
})
