import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuiltOutput } from '../lib/core/artifact.ts'
import { ReleaseError } from '../lib/core/error.ts'
import { inApp } from '../lib/core/project-root.ts'
import type { FoundTree, ProofListing, ProvenArtifact } from '../lib/core/proof.ts'
import { comparePaths, isLink, type StaticTree } from '../lib/core/tree.ts'
import { builtOutputs } from '../lib/io/built-outputs.ts'
import { measureFile, writeJson } from '../lib/io/files.ts'
import type { Stage } from '../lib/io/stage.ts'
import { loadDeps, loadStatic } from '../lib/io/stage-trees.ts'
import { proveCarries, proveDigest, proveNameAndSize, proveNothingSecret } from './findings.ts'
import type { Members } from './members.ts'
import { readArtifact } from './read-artifact.ts'
import { proveSdistWheel } from './sdist-wheel.ts'

const ASSETS = 1000 // GitHub's limit of one release

/** What every artifact is compared with. */
interface Truth {
  readonly trees: StaticTree
  readonly images: readonly string[] // digests of this release's images, and of their platforms
  readonly allowed: readonly string[]
  readonly vendored: ReadonlySet<string> // sha256 of everything that dependencies brought
}

/** Opens every artifact again and writes `dist/proof.json`; PROOF_FAILED (PLAN_DRIFT) lists all findings at once. */
export async function prove(stage: Stage): Promise<ProofListing> {
  const proofFile = join(stage.out, 'proof.json')
  await rm(proofFile, { force: true })
  const outputs = await builtOutputs(stage)
  await assertPromised(stage, outputs)
  const { allow } = stage.plan.facts.python
  const truth: Truth = {
    trees: await loadStatic(stage.out),
    images: outputs.flatMap(imageDigests),
    allowed: allow.flatMap((glob) => [glob, inApp(stage.plan.facts.python, glob) ?? glob]),
    vendored: await vendoredFiles(stage),
  }
  const artifacts: ProvenArtifact[] = []
  for (const output of outputs) {
    const proven = await stage.report.task(`prove ${output.name}`, () => proveArtifact(stage, output, truth))
    artifacts.push({ ...proven, findings: [...proven.findings, ...(await sdistFindings(stage, output, outputs))] })
  }
  assertNoFindings(artifacts, outputs)
  const { sha256 } = await measureFile(join(stage.out, 'static.json'))
  const proof: ProofListing = { schema: 1, static: sha256, artifacts }
  await writeJson(proofFile, proof)
  return proof
}

async function vendoredFiles({ out }: Stage): Promise<ReadonlySet<string>> {
  const { trees } = await loadDeps(out)
  return new Set(
    Object.values(trees).flatMap(({ files }) => files.flatMap((file) => (isLink(file) ? [] : [file.sha256]))),
  )
}

async function assertPromised({ plan, out }: Stage, outputs: readonly BuiltOutput[]): Promise<void> {
  const sealed = plan.sealed.map(({ name }) => name)
  const unsigned = plan.formats.flatMap((format) => format.outputs).filter((output) => !('signedBy' in output))
  const promised = unsigned.map(({ name }) => name)
  const built = outputs.map(({ name }) => name)
  const there = await readdir(join(out, 'artifacts'))
  const findings = [
    ...promised
      .filter((name) => !(there.includes(name) && built.includes(name)))
      .map((name) => `${name} is promised but missing`),
    ...there
      .filter((name) => !promised.includes(name) && !sealed.includes(name))
      .map((name) => `${name} is there but not promised`),
    ...(promised.length + sealed.length > ASSETS ? [`more than ${ASSETS} assets`] : []),
  ]
  if (findings.length === 0) return
  const hint = 'Remove what earlier runs left in dist/artifacts/, or run `slipway build` again.'
  throw new ReleaseError('PLAN_DRIFT', `dist/artifacts/ is not what the plan promises:\n${list(findings)}`, { hint })
}

/** Of a sdist of the project's own back end: what the wheel that it gives lacks. */
async function sdistFindings(
  stage: Stage,
  { name }: BuiltOutput,
  outputs: readonly BuiltOutput[],
): Promise<readonly string[]> {
  const format = stage.plan.formats.find(({ outputs: all }) => all.some((output) => output.name === name))
  const own = stage.plan.facts.python.backend === 'own' && format?.name === 'pypi' && name.endsWith('.tar.gz')
  const wheel = outputs.find((output) => output.name.endsWith('.whl'))
  if (!own || wheel === undefined) return []
  const { findings, notice } = await stage.report.task(`wheel of ${name}`, () =>
    proveSdistWheel(stage, name, wheel.name),
  )
  if (notice !== undefined) stage.report.notice(notice)
  return findings
}

async function proveArtifact({ out }: Stage, output: BuiltOutput, truth: Truth): Promise<ProvenArtifact> {
  const path = join(out, 'artifacts', output.name)
  const { name, size, sha256 } = { ...output, ...(await measureFile(path)) }
  const findings = [...proveNameAndSize(output)]
  if (sha256 !== output.sha256) findings.push('changed after it was built')
  let shown = 0
  const found: FoundTree[] = []
  for (const [platform, members] of await readArtifact(output, path)) {
    const proof = proveView(members, output, truth)
    shown += proof.shown
    if (found.length === 0) found.push(...proof.found)
    findings.push(...proof.findings.map((finding) => (platform === '' ? finding : `${platform}: ${finding}`)))
  }
  return { name, size, sha256, shown, findings, ...(found.length === 0 ? {} : { found }) }
}

function proveView(members: Members, output: BuiltOutput, truth: Truth) {
  const { shown, findings, found = [] } = proveCarries(members, output.carries, truth.trees)
  const digest = output.carries === 'by-digest' ? proveDigest(members, truth.images) : []
  return {
    shown,
    found,
    findings: [...findings, ...digest, ...proveNothingSecret(members, truth.allowed, truth.vendored)],
  }
}

function imageDigests(output: BuiltOutput): readonly string[] {
  if (output.kind !== 'image') return []
  return [output.image.digest, ...output.image.platforms.map(({ digest }) => digest)]
}

function assertNoFindings(artifacts: readonly ProvenArtifact[], outputs: readonly BuiltOutput[]): void {
  const findings = artifacts.flatMap(({ name, findings: found }) => found.map((finding) => `${name}: ${finding}`))
  if (findings.length === 0) return
  const secret = findings.some((finding) => SECRET.test(finding))
  const own = outputs.filter((output) => 'reproducible' in output).map(({ name }) => name)
  const onlyOwn = artifacts.every((artifact) => artifact.findings.length === 0 || own.includes(artifact.name))
  const hint = secret ? ALLOW_HINT : onlyOwn ? DOCKERFILE_HINT : BUILD_HINT
  throw new ReleaseError('PROOF_FAILED', `${findings.length} findings:\n${list(findings)}`, { hint })
}

const SECRET = / (?:looks like a secret|holds a private key)$/
const ALLOW_HINT =
  'Nothing is public. Take what is secret out, or name it in python.allow where everybody may read it, as the keys of some test suites; then plan and build again.'
const BUILD_HINT =
  'Nothing is public. Build the named artifacts again; if it stays, the format writes what it should not.'

const DOCKERFILE_HINT =
  'Nothing is public. Let the Dockerfile copy the static files of the staged tree and make none itself: name a stage with Node in docker.stages, run no collect command; or say in docker.static which of them the image holds, and where.'

const SHOWN_FINDINGS = 30

function list(findings: readonly string[]): string {
  const lines = findings.toSorted(comparePaths).slice(0, SHOWN_FINDINGS)
  const rest = findings.length > SHOWN_FINDINGS ? [`… and ${findings.length - SHOWN_FINDINGS} more`] : []
  return [...lines, ...rest].map((line) => `  - ${line}`).join('\n')
}
