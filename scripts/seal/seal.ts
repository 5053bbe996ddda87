import { join } from 'node:path'
import type { BuiltOutput, Carries } from '../lib/core/artifact.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Plan } from '../lib/core/plan.ts'
import type { ProofListing } from '../lib/core/proof.ts'
import type { BuiltWheel, DepsListing } from '../lib/core/stages.ts'
import { comparePaths } from '../lib/core/tree.ts'
import { measureFile, readStageJson, writeBeside, writeJson } from '../lib/io/files.ts'
import type { Stage } from '../lib/io/stage.ts'

/** What seal wrote, for the table at the end. */
export interface Sealed {
  readonly name: string
  readonly size: number
  readonly sha256: string
}

/** Writes release.json and SHA256SUMS over exactly the proven bytes; STATIC_CHANGED or PROOF_FAILED when they changed since. */
export async function seal(stage: Stage, outputs: readonly BuiltOutput[]): Promise<readonly Sealed[]> {
  const { plan, out } = stage
  const proof = await readStageJson<ProofListing>(join(out, 'proof.json'), 'prove')
  await assertProven(stage, proof)
  const artifacts = join(out, 'artifacts')
  await writeJson(join(artifacts, 'release.json'), renderRelease(plan, proof, outputs, await builtWheels(stage)))
  const release = { name: 'release.json', ...(await measureFile(join(artifacts, 'release.json'))) }
  await writeBeside(join(artifacts, 'SHA256SUMS'), renderSums([...proof.artifacts, release]))
  return [release, { name: 'SHA256SUMS', ...(await measureFile(join(artifacts, 'SHA256SUMS'))) }]
}

/** `sha256  name` lines sorted by name, as `sha256sum -c` reads them. */
export function renderSums(files: readonly { readonly name: string; readonly sha256: string }[]): string {
  const lines = files.toSorted((a, b) => comparePaths(a.name, b.name)).map(({ name, sha256 }) => `${sha256}  ${name}`)
  return `${lines.join('\n')}\n`
}

async function assertProven({ out }: Stage, proof: ProofListing): Promise<void> {
  const { sha256 } = await measureFile(join(out, 'static.json'))
  if (sha256 !== proof.static) {
    throw new ReleaseError('STATIC_CHANGED', 'dist/static.json changed after the proof', {
      hint: 'Run `slipway build` and `slipway prove` again.',
    })
  }
  for (const artifact of proof.artifacts) {
    const now = await measureFile(join(out, 'artifacts', artifact.name))
    if (now.sha256 === artifact.sha256) continue
    throw new ReleaseError('PROOF_FAILED', `${artifact.name} changed after the proof`, {
      hint: 'Build it again, then prove and seal.',
    })
  }
}

/** What the release built of source archives: from the deps stage where the configuration has something built. */
async function builtWheels({ plan, out }: Stage): Promise<readonly BuiltWheel[]> {
  if (plan.facts.deps.build === undefined) return []
  return (await readStageJson<DepsListing>(join(out, 'deps.json'), 'deps')).built ?? []
}

/** With the places that prove found. */
function carriedWhere(carries: Carries, { artifacts }: ProofListing, name: string): Carries {
  const found = artifacts.find((artifact) => artifact.name === name)?.found ?? []
  return typeof carries === 'string'
    ? carries
    : carries.map((one) => found.find(({ tree }) => tree === one.tree) ?? one)
}

/** release.json: machine-readable facts of the release; reproducible, so without clock, host or run. */
export function renderRelease(
  plan: Plan,
  proof: ProofListing,
  outputs: readonly BuiltOutput[],
  built: readonly BuiltWheel[] = [],
): unknown {
  const { app, version, commit, epoch } = plan.facts
  return {
    schema: 1,
    name: app.name,
    title: app.title,
    license: app.license,
    version: version.plain,
    tag: version.tag,
    commit,
    epoch,
    static: { sha256: proof.static },
    assets: outputs.map(({ kind, name, size, sha256, carries, ...rest }) => ({
      name,
      kind,
      size,
      sha256,
      ...('mediaType' in rest ? { mediaType: rest.mediaType } : {}),
      carries: carriedWhere(carries, proof, name),
      ...('reproducible' in rest ? { reproducible: rest.reproducible } : {}),
    })),
    images: outputs.flatMap((output) =>
      output.kind === 'image'
        ? [
            {
              name: output.name,
              digest: output.image.digest,
              platforms: output.image.platforms,
              references: output.references,
            },
          ]
        : [],
    ),
    // Packages of a root may differ from day to day, and its bytes of a wheel need not: deps.json has them.
    ...(built.length === 0 ? {} : { built: built.map(({ packages: _, ...wheel }) => wheel) }),
  }
}
