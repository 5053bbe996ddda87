import { MEDIA_TYPES } from '../lib/core/artifact.ts'
import type { Finding } from '../lib/core/error.ts'
import { defineFormat, type Format } from '../lib/core/format.ts'
import { buildGenerated, PLACES } from './build.ts'
import { type PypiConfig, pypiSchema } from './config.ts'
import { namesOf } from './names.ts'

/** The sdist and the wheel for the Python index. */
export const pypi: Format = defineFormat<PypiConfig>({
  name: 'pypi',
  needs: [],
  schema: pypiSchema,
  check(facts): readonly Finding[] {
    const { pep440 } = facts.version
    return 'refused' in pep440 ? [{ path: [], message: pep440.refused }] : []
  },
  outputs(facts, config) {
    const names = namesOf(facts, config)
    const top = `${names.sdist.replace(/\.tar\.gz$/, '')}/wheel/`
    const carries = (root: string) => [
      { tree: 'bundle' as const, at: `${root}${names.package}/${PLACES.app}` },
      { tree: 'collected' as const, at: `${root}${names.package}/${PLACES.static}` },
    ]
    return [
      { kind: 'file', name: names.sdist, mediaType: MEDIA_TYPES.tarGzip, carries: carries(top) },
      { kind: 'file', name: names.wheel, mediaType: MEDIA_TYPES.wheel, carries: carries('') },
    ]
  },
  targets: () => [],
  bases: () => [],
  build: buildGenerated,
})
