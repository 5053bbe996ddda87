import { type Carries, MEDIA_TYPES, type Output } from '../lib/core/artifact.ts'
import type { Facts } from '../lib/core/facts.ts'
import { defineFormat, type Format } from '../lib/core/format.ts'
import { collectPlace, inProject } from '../lib/core/project-root.ts'
import { checkPypi } from './check.ts'
import { type PypiConfig, pypiSchema } from './config.ts'
import { buildGenerated, PLACES } from './generated.ts'
import { dataPlace, namesOf, packageOf } from './names.ts'
import { buildOwn } from './own.ts'

/** The sdist and the wheel for the Python index. */
export const pypi: Format = defineFormat<PypiConfig>({
  name: 'pypi',
  needs: [],
  schema: pypiSchema,
  check: checkPypi,
  outputs,
  targets: () => [],
  bases: () => [],
  build: (work, config) =>
    work.facts.python.backend === 'own' ? buildOwn(work, config) : buildGenerated(work, config),
})

function outputs(facts: Facts, config: PypiConfig): readonly Output[] {
  const names = namesOf(facts, config)
  const { sdist, wheel, top } = names
  const own = facts.python.backend === 'own'
  const inside = own ? inProject(facts.python, '') : 'wheel/'
  return [
    { kind: 'file', name: sdist, mediaType: MEDIA_TYPES.tarGzip, carries: carriesBelow(facts, `${top}/${inside}`) },
    {
      kind: 'file',
      name: wheel,
      mediaType: MEDIA_TYPES.wheel,
      carries: carriesBelow(facts, config.data === undefined ? '' : dataPlace(names)),
    },
  ]
}

function carriesBelow(facts: Facts, root: string): Carries {
  const { backend, collect } = facts.python
  const own = backend === 'own'
  const at = `${root}${packageOf(facts)}/`
  const bundle = { tree: 'bundle', at: own ? root.replace(/\/$/, '') : `${at}${PLACES.app}` } as const
  if (collect === undefined) return [bundle]
  return [bundle, { tree: 'collected', at: own ? `${root}${collectPlace(facts.python)}` : `${at}${PLACES.static}` }]
}
