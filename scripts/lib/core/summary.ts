import type { BuiltOutput } from './artifact.ts'
import type { Plan } from './plan.ts'
import type { ProofListing } from './proof.ts'
import { formatSize, renderTable } from './table.ts'

/** A file as the last table shows it. */
export interface SummaryRow {
  readonly name: string
  readonly size: number
  readonly sha256: string
  readonly checks: string
}

/** How a whole run ended; `again` holds the commands that go on after a failure, none when all is well. */
export interface RunResult {
  readonly version: string
  readonly files: readonly SummaryRow[]
  readonly publishing: readonly string[]
  readonly notices: readonly string[]
  readonly again: readonly string[]
}

/** The last page of a dry run: table, loud notices, what publishing would do, and after a failure what to run again. */
export function renderRun(result: RunResult, out: string): string {
  const blocks = [
    ...(result.files.length > 0 ? [renderSummary(result.files)] : []),
    ...result.notices.map((notice) => `! ${notice}`),
    ...(result.again.length > 0
      ? [
          ['Nothing is public. To go on after mending:', ...result.again.map((line) => `  ${line} --out ${out}`)].join(
            '\n',
          ),
        ]
      : [['Publishing would:', ...result.publishing.map((line) => `  - ${line}`)].join('\n')]),
  ]
  return blocks.join('\n\n')
}

/** What the proof showed of one artifact, in a few words. */
export function checksOf(output: BuiltOutput, proof: ProofListing): string {
  const proven = proof.artifacts.find(({ name }) => name === output.name)
  if (proven === undefined) return 'not proven'
  if (output.carries === 'by-digest') return 'image by digest'
  return proven.shown > 0 ? `${proven.shown} static files equal` : 'sums'
}

/** The table at the end of a dry run: file, size, first digits of sha256, what was shown. */
export function renderSummary(rows: readonly SummaryRow[]): string {
  return renderTable(
    [{ title: 'file' }, { title: 'size', right: true }, { title: 'sha256' }, { title: 'checks' }],
    rows.map(({ name, size, sha256, checks }) => [name, formatSize(size), sha256.slice(0, 16), checks]),
  )
}

/** What publishing this plan would do, one line a step; for a trial, why it would be refused. */
export function describePublishing(plan: Plan, rows: readonly SummaryRow[]): readonly string[] {
  const { facts } = plan
  const total = formatSize(rows.reduce((sum, { size }) => sum + size, 0))
  const outputs = plan.formats.flatMap((format) => format.outputs)
  const references = outputs.flatMap((output) => (output.kind === 'image' ? output.references : []))
  const index = plan.formats.find(({ name }) => name === 'pypi')?.outputs.map(({ name }) => name) ?? []
  const release = facts.version.prerelease ? 'pre-release' : 'release'
  return [
    ...refusals(plan).map((reason) => `publish would refuse this: ${reason}`),
    `draft ${release} ${facts.version.tag} in ${facts.repository ?? 'the repository of the workflow'}: ${rows.length} files, ${total}`,
    ...references.map((reference) => `push ${reference} by digest, then its moving tags`),
    ...(index.length > 0 ? [`Python index: ${index.join(', ')} (the point of no return)`] : []),
    'make the release public',
  ]
}

function refusals({ facts, checkout }: Plan): readonly string[] {
  return [
    ...(facts.trial ? ['a trial, its version is not the tag of this commit'] : []),
    ...(checkout.kind === 'files' ? ['made from files, not from a clean git commit'] : []),
  ]
}
