import { streamOf } from '../lib/archive/bytes.ts'
import { MEDIA_TYPES, type Output } from '../lib/core/artifact.ts'
import type { Facts, Target } from '../lib/core/facts.ts'
import { defineFormat, type Format, type Work } from '../lib/core/format.ts'
import { spelled } from '../lib/core/version.ts'
import { type ConstraintsConfig, constraintsSchema } from './config.ts'
import { lockedHashes, packagesOf, releasedPackage } from './packages.ts'
import { renderConstraints } from './render.ts'

/** Versions and hashes of the wheel and of all that it needs, one file for each Python; they follow the finished wheel. */
export const constraints: Format = defineFormat<ConstraintsConfig>({
  name: 'constraints',
  needs: ['pypi'],
  schema: constraintsSchema,
  check: () => [],
  outputs: (facts, { pythons }) => pythons.map((python) => outputOf(facts, python)),
  targets: ({ pythons, architectures }) => pythons.flatMap((python) => targetsOf(python, architectures)),
  bases: () => [],
  build,
})

function outputOf({ app, version }: Facts, python: string): Output {
  const name = `${app.name}-${spelled(version, 'pep440')}-constraints-py${python}.txt`
  return { kind: 'file', name, mediaType: MEDIA_TYPES.text, carries: 'none' }
}

function targetsOf(python: string, architectures: ConstraintsConfig['architectures']): readonly Target[] {
  return architectures.map((arch) => ({ python, arch }))
}

async function build(work: Work, { pythons, architectures }: ConstraintsConfig): Promise<void> {
  const application = releasedPackage(await work.built('pypi'), spelled(work.facts.version, 'pep440'))
  const hashes = lockedHashes(await work.requirements())
  for (const python of pythons) {
    const { name } = outputOf(work.facts, python)
    const machines = []
    for (const target of targetsOf(python, architectures)) {
      machines.push({ arch: target.arch, packages: await packagesOf(await work.vendor(target)) })
    }
    const text = renderConstraints({ file: name, title: work.facts.app.title, python, application, machines, hashes })
    await work.write(name, streamOf(Buffer.from(text)))
  }
}
