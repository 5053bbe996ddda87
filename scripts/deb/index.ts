import { type FileOutput, MEDIA_TYPES, type Output } from '../lib/core/artifact.ts'
import type { Facts, Target } from '../lib/core/facts.ts'
import { defineFormat, type Format, type Work } from '../lib/core/format.ts'
import { appBinary } from './app-package.ts'
import { checkDeb } from './checks.ts'
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
  check: checkDeb,
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
