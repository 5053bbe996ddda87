import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuiltOutput, MEDIA_TYPES, type Measured, type Output } from '../lib/core/artifact.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Spooled } from '../lib/core/format.ts'
import { type Plan, promisedOutputs } from '../lib/core/plan.ts'
import type { ProofListing } from '../lib/core/proof.ts'
import { publishRefusals } from '../lib/core/publish-refusals.ts'
import { builtOutputs } from '../lib/io/built-outputs.ts'
import { measureFile, readStageJson } from '../lib/io/files.ts'
import { spooledFile } from '../lib/io/spool.ts'
import type { Stage } from '../lib/io/stage.ts'
import { readUnlocked } from '../lib/io/unlocked.ts'
import { isKeptByGithub } from './asset-name.ts'

const SUMS = 'SHA256SUMS'

/** A file that goes up, measured now. */
export interface LocalAsset extends Measured {
  readonly name: string
  readonly path: string
  readonly mediaType: string
  readonly bytes: Spooled
}

/** A `dist/` that may be published: every promised file there, with the bytes that were built, proven and sealed. */
export interface Finished {
  readonly plan: Plan
  readonly assets: readonly LocalAsset[]
  readonly outputs: readonly BuiltOutput[]
}

/** What a `dist/` holds, and what stands against publishing it. */
interface Read {
  readonly finished: Finished
  readonly damages: readonly string[] // files that are not what was built, proven and sealed
  readonly refusals: readonly string[] // how the release was made
}

/** Checks everything that the stages before handed over; PUBLISH_REFUSED lists all findings. Nothing is sent yet. */
export async function openFinished(stage: Stage): Promise<Finished> {
  const { finished, damages, refusals } = await readFinished(stage)
  assertPublishable([...refusals, ...damages])
  return finished
}

/** Reads and measures everything that the stages before handed over. */
export async function readFinished(stage: Stage): Promise<Read> {
  const { plan, out } = stage
  const outputs = await builtOutputs(stage)
  const proof = await readStageJson<ProofListing>(join(out, 'proof.json'), 'prove')
  const assets: LocalAsset[] = []
  const damages = [...(await strayFindings(stage))]
  for (const output of promisedOutputs(plan)) {
    const asset = await openAsset(join(out, 'artifacts', output.name), output.name, mediaTypeOf(output))
    if (typeof asset === 'string') damages.push(`${output.name} ${asset}`)
    else assets.push(asset)
  }
  const sums = parseSums(await readFile(join(out, 'artifacts', SUMS), 'utf8').catch(() => ''))
  damages.push(...assets.flatMap((asset) => handOverFindings(asset, outputs, proof, sums)))
  const refusals = publishRefusals(plan, await readUnlocked(stage))
  return { finished: { plan, assets, outputs }, damages, refusals }
}

/** PUBLISH_REFUSED with every finding. */
export function assertPublishable(findings: readonly string[]): void {
  if (findings.length === 0) return
  const list = findings.map((finding) => `  - ${finding}`).join('\n')
  throw new ReleaseError('PUBLISH_REFUSED', `this dist/ cannot be published:\n${list}`, {
    hint: 'Nothing was sent. Make the release again from its tag with `slipway dry-run`, then publish that.',
  })
}

async function strayFindings({ plan, out }: Stage): Promise<readonly string[]> {
  const promised = new Set(promisedOutputs(plan).map(({ name }) => name))
  const there = await readdir(join(out, 'artifacts')).catch(() => [])
  return there.filter((name) => !promised.has(name)).map((name) => `${shown(name)} is not promised by the plan`)
}

// A name of somebody's making may hold what moves the cursor of a terminal, or a line of its own.
function shown(name: string): string {
  return /^[\w.+~-]+$/.test(name) ? name : JSON.stringify(name)
}

async function openAsset(path: string, name: string, mediaType: string): Promise<LocalAsset | string> {
  const status = await lstat(path).catch(() => undefined)
  if (status === undefined) return 'is missing'
  if (!status.isFile()) return 'is not a regular file'
  if (status.size === 0) return 'is empty, which GitHub does not take'
  if (!isKeptByGithub(name)) return 'has a name that GitHub would change'
  const measured = await measureFile(path)
  return { name, path, mediaType, ...measured, bytes: spooledFile(path, measured) }
}

function mediaTypeOf(output: Output): string {
  return output.kind === 'image' ? MEDIA_TYPES.ociTar : output.mediaType
}

function handOverFindings(
  { name, sha256 }: LocalAsset,
  outputs: readonly BuiltOutput[],
  proof: ProofListing,
  sums: ReadonlyMap<string, string>,
): readonly string[] {
  const built = outputs.find((output) => output.name === name)
  const proven = proof.artifacts.find((artifact) => artifact.name === name)
  const sealedOnly = built === undefined // release.json and the sums are written after the proof
  const rules: readonly (readonly [boolean, string])[] = [
    [!sealedOnly && built.sha256 !== sha256, 'changed after it was built'],
    [!sealedOnly && proven?.sha256 !== sha256, 'is not what was proven'],
    [(proven?.findings.length ?? 0) > 0, 'did not pass the proof'],
    [name !== SUMS && sums.get(name) !== sha256, `is not what ${SUMS} says`],
  ]
  return rules.filter(([broken]) => broken).map(([, text]) => `${name} ${text}`)
}

// sha256sum(1): hash, two spaces, name.
function parseSums(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').map((line) => /^([0-9a-f]{64}) [ *](.+)$/.exec(line))
  return new Map(lines.flatMap((match) => (match === null ? [] : [[match[2] ?? '', match[1] ?? ''] as const])))
}
