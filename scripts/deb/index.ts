import { type FileOutput, MEDIA_TYPES, type Output } from '../lib/core/artifact.ts'
import type { Finding } from '../lib/core/error.ts'
import type { Facts, Target } from '../lib/core/facts.ts'
import { defineFormat, type Format, type Work } from '../lib/core/format.ts'
import { appBinary } from './app-package.ts'
import { type DebConfig, debSchema } from './config.ts'
import { depsBinary } from './deps-package.ts'
import { placesOf } from './layout.ts'
import { assetName, depsPackage } from './names.ts'
import { writePackage } from './package.ts'

/** Debian packages: the application for all machines, and its native dependencies for each Python and architecture. */
export const deb: Format = defineFormat<DebConfig>({
  name: 'deb',
  needs: [],
  schema: debSchema,
  check,
  outputs,
  targets: targetsOf,
  bases: () => [],
  build,
})

function targetsOf({ pythons, architectures }: DebConfig): readonly Target[] {
  return pythons.flatMap((python) => architectures.map((arch) => ({ python, arch })))
}

/** Packages besides the application's own: none where the dependencies are pure. */
function depsTargets(facts: Facts, config: DebConfig): readonly Target[] {
  return facts.python.native ? targetsOf(config) : []
}

function outputs(facts: Facts, config: DebConfig): readonly Output[] {
  const places = placesOf(facts)
  const collected = facts.python.collect === undefined ? [] : [{ tree: 'collected', at: places.static } as const]
  const file = (name: string, carries: FileOutput['carries']): FileOutput => ({
    kind: 'file',
    name,
    mediaType: MEDIA_TYPES.deb,
    carries,
  })
  const app = file(assetName(facts, facts.app.name, 'all'), [{ tree: 'bundle', at: places.app }, ...collected])
  const deps = depsTargets(facts, config).map(({ python, arch }) =>
    file(assetName(facts, depsPackage(facts, python), arch), 'none'),
  )
  return [app, ...deps]
}

async function build(work: Work, config: DebConfig): Promise<void> {
  const { level } = config.compression
  await writePackage(work, level, await appBinary(work, config))
  for (const target of depsTargets(work.facts, config)) {
    await writePackage(work, level, await depsBinary(work, config, target))
  }
}

// useradd(8) and deb-control(5): the package, the system user and the PostgreSQL role share this name.
const NAME = /^[a-z][a-z0-9-]{1,30}$/

function check(facts: Facts, config: DebConfig): readonly Finding[] {
  const findings: Finding[] = []
  if (!NAME.test(facts.app.name)) {
    findings.push({
      path: [],
      message: `${facts.app.name} cannot be the name of a Debian package and of its system user`,
      hint: 'Use 2 to 31 lower-case letters, digits and hyphens in app.name, a letter first.',
    })
  }
  if (facts.runtime.services.length === 0) {
    findings.push({ path: [], message: 'there is no service to start', hint: 'Describe one in runtime.services.' })
  }
  config.pythons.forEach((python, index) => {
    if (config.pythons.indexOf(python) === index) return
    findings.push({ path: ['pythons', index], message: `${python} stands there twice`, hint: 'Delete one of them.' })
  })
  return findings
}
