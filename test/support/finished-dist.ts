import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Built, BuiltOutput, ImageFacts, Output } from '../../scripts/lib/core/artifact.ts'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import type { ProofListing } from '../../scripts/lib/core/proof.ts'
import { spellVersion } from '../../scripts/lib/core/version.ts'
import { bareFacts } from './facts.ts'

/** The commit that a finished dist/ of the tests was planned for. */
export const COMMIT = '0123456789abcdef0123456789abcdef01234567'

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** Bytes that look like nothing else: a seed and a length give always the same. */
export function noise(seed: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed}${index}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

/** An image archive beside the files. */
export interface DistImage {
  readonly name: string
  readonly references: readonly string[]
  readonly bytes: Uint8Array
  readonly image: ImageFacts
}

/** What a test wants of a dist/; files are given by name. */
export interface DistWishes {
  readonly version?: string
  readonly history?: readonly string[]
  readonly files?: Readonly<Record<string, Uint8Array | string>>
  readonly images?: readonly DistImage[]
  readonly plan?: Partial<Plan>
  readonly trial?: boolean
}

const FILES: Readonly<Record<string, Buffer>> = {
  'demo_1.5.0-1_all.deb': noise('deb', 300_000),
  'demo-1.5.0.tgz': noise('chart', 5_000),
  'demo-1.5.0.tar.gz': noise('sdist', 120_001),
  'demo-1.5.0-py3-none-any.whl': noise('wheel', 200_000),
  'demo-1.5.0-static.zip': noise('static', 70_000),
  'demo-1.5.0-source.tar.gz': noise('source', 90_000),
}

/** Writes a dist/ as the stages before publish leave it, sealed and proven. */
export async function finishedDist(out: string, wishes: DistWishes = {}): Promise<Plan> {
  const images = wishes.images ?? []
  const given = Object.entries(wishes.files ?? FILES).map(([name, data]) => ({ name, data: Buffer.from(data) }))
  const files = [...given, ...images.map(({ name, bytes }) => ({ name, data: Buffer.from(bytes) }))]
  const outputs = files.map(({ name }) => outputOf(name, images))
  const measured = files.map(({ name, data }) => ({ name, size: data.length, sha256: sha256(data) }))
  const built = outputs.map((output, index) => {
    const image = images.find(({ name }) => name === output.name)?.image
    return { ...output, ...measured[index], ...(image === undefined ? {} : { image }) } as BuiltOutput
  })
  const plan = planOf(outputs, wishes)
  await mkdir(join(out, 'artifacts'), { recursive: true })
  await mkdir(join(out, 'built'), { recursive: true })
  for (const { name, data } of files) await writeFile(join(out, 'artifacts', name), data)
  const release = `${JSON.stringify({ schema: 1, tag: plan.facts.version.tag })}\n`
  await writeFile(join(out, 'artifacts', 'release.json'), release)
  const sums = [...measured, { name: 'release.json', sha256: sha256(release) }]
  await writeFile(join(out, 'artifacts', 'SHA256SUMS'), sums.map((sum) => `${sum.sha256}  ${sum.name}\n`).join(''))
  const proof: ProofListing = {
    schema: 1,
    static: sha256(''),
    artifacts: measured.map((file) => ({ ...file, shown: 0, findings: [] })),
  }
  await writeJson(join(out, 'proof.json'), proof)
  await writeJson(join(out, 'built', 'files.json'), { schema: 1, format: 'files', outputs: built } satisfies Built)
  await writeJson(join(out, 'plan.json'), plan)
  return plan
}

function outputOf(name: string, images: readonly DistImage[]): Output {
  const found = images.find((image) => image.name === name)
  if (found === undefined) return { kind: 'file', name, mediaType: typeOf(name), carries: 'none' }
  const platforms = found.image.platforms.map(({ platform }) => platform)
  return { kind: 'image', name, platforms, references: found.references, carries: 'none' }
}

/** A plan of these outputs. */
export function planOf(
  outputs: readonly Output[],
  { version = '1.5.0', history = [], trial = false, plan }: DistWishes,
): Plan {
  const sealed = ['release.json', 'SHA256SUMS'].map(
    (name): Output => ({ kind: 'file', name, mediaType: typeOf(name), carries: 'none' }),
  )
  return {
    schema: 1,
    facts: {
      ...bareFacts({ name: 'demo', title: 'Demo', summary: 'Something to publish' }),
      version: spellVersion(version, `v${version}`),
      commit: COMMIT,
      epoch: 1_767_225_600,
      trial,
      repository: 'demo/demo',
    },
    formats: [{ name: 'files', needs: [], config: {}, outputs }],
    targets: [],
    bases: [],
    sealed,
    inputs: { schema: 1, files: [] },
    checkout: { kind: 'git', project: '' },
    history,
    notices: [],
    ...plan,
  }
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\.deb$/, 'application/vnd.debian.binary-package'],
  [/\.whl$/, 'application/x-wheel+zip'],
  [/\.tgz$/, 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'],
  [/\.zip$/, 'application/zip'],
  [/\.json$/, 'application/json'],
  [/SHA256SUMS$/, 'text/plain; charset=utf-8'],
]

function typeOf(name: string): string {
  return TYPES.find(([pattern]) => pattern.test(name))?.[1] ?? 'application/gzip'
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`)
}
