import { z } from 'zod'
import { matching, projectPath } from './rules.ts'

/** What `release` says. */
export interface ReleaseSection {
  readonly repository?: string
  readonly notes?: string
  readonly attest?: boolean
  readonly environment?: string
  readonly rehearse?: boolean
}

/** `release`: where it is published, and with which words. */
export const releaseSection: z.ZodType<ReleaseSection> = z.strictObject({
  repository: matching(/^[\w.-]+\/[\w.-]+$/, 'is no repository', 'Write it as owner/name.')
    .exactOptional()
    .describe('GitHub repository, owner/name; default: that of the workflow'),
  notes: projectPath
    .exactOptional()
    .describe(
      'File with the words of the release: its section of the version where it has such, else all of it; default CHANGELOG.md. Where there is neither, the commits since the release before are listed',
    ),
  attest: z
    .boolean()
    .exactOptional()
    .describe(
      'Whether the workflow that `slipway workflow` writes attests where each file and image was built (GitHub artifact attestations: public repositories, or an Enterprise plan), and the notes say how to verify it; default false',
    ),
  rehearse: z
    .boolean()
    .exactOptional()
    .describe(
      'Whether the workflow that `slipway workflow` writes installs and starts images and wheel on its runner, and plays the steps of `rehearse`, before anything is sealed; default false',
    ),
  environment: matching(/^[\w.-]+$/, 'is no environment', 'Write a name of letters, digits, dots and dashes.')
    .exactOptional()
    .describe(
      'GitHub environment of the job after which there is no way back; its reviewers approve the release. Default: pypi where there is a pypi section, else none',
    ),
})
