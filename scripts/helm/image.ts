import type { Built } from '../lib/core/artifact.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { HelmConfig } from './config.ts'

/** The image that a chart of this release runs, pinned. */
export interface ChartImage {
  readonly repository: string
  readonly tag: string
  readonly digest: string
}

/** The lean image of the release; CONFIG_INVALID where nobody says from which repository it will be pulled. */
export function chartImage(docker: Built, config: HelmConfig): ChartImage {
  const image = docker.outputs.find((output) => output.kind === 'image' && output.name.endsWith('-lean.oci.tar'))
  if (image === undefined || image.kind !== 'image') {
    throw new ReleaseError('PLAN_DRIFT', 'the docker format made no lean image', {
      hint: 'Add `lean` to docker.variants: a chart brings its own database or uses one, not both.',
    })
  }
  const [reference] = image.references
  const repository = config.repository ?? reference?.replace(/:[^:/]*$/, '')
  if (repository === undefined) {
    throw new ReleaseError('CONFIG_INVALID', 'the chart does not know from where its image is pulled', {
      hint: 'Set docker.repositories, or helm.repository.',
    })
  }
  return { repository, tag: reference?.slice(reference.lastIndexOf(':') + 1) ?? '', digest: image.image.digest }
}
