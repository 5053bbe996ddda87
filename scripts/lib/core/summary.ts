import type { BuiltOutput } from './artifact.ts'
import type { Plan } from './plan.ts'
import type { ProofListing } from './proof.ts'
import { type Pull, renderPulls } from './pulls.ts'
import { formatSize, renderTable } from './table.ts'

/** A file as the last table shows it. */
export interface SummaryRow {
  readonly name: string
  readonly size: number
  readonly sha256: string
  readonly checks: string
}

/**
 * How a whole run ended: `refused` says why it cannot be published, `publishing` what publishing does otherwise;
 * `again` holds the commands that go on after a failure, none when all is well.
 */
export interface RunResult {
  readonly version: string
  readonly files: readonly SummaryRow[]
  readonly pulls: readonly Pull[]
  readonly against?: string // the earlier release whose users are meant
  readonly refused: readonly string[]
  readonly publishing: readonly string[]
  readonly notices: readonly string[]
  readonly again: readonly string[]
}

/** The last page of a dry run: table, loud notices, what publishing would do, and after a failure what to run again. */
export function renderRun(result: RunResult, out: string): string {
  const { files, pulls, against, notices, again } = result
  const ending = again.length > 0 ? renderAgain(again, out) : [renderDone(files, out), renderPublishing(result)]
  return [
    ...(files.length > 0 ? [renderSummary(files)] : []),
    ...(pulls.length > 0 ? [renderPulls(pulls, against)] : []),
    ...notices.map((notice) => `! ${notice}`),
    ...ending,
  ].join('\n\n')
}

function renderAgain(again: readonly string[], out: string): readonly string[] {
  return [
    'Nothing is public. After a change in the project run the same command again. Otherwise only this is left to do:',
    again.map((line) => `  ${line} --out ${out}`).join('\n'),
  ]
}

function renderDone(files: readonly SummaryRow[], out: string): string {
  return `All ${files.length} files, ${formatSize(totalOf(files))}, are in ${out}/artifacts. Nothing was sent anywhere.`
}

function renderPublishing({ refused, publishing }: RunResult): string {
  const lead =
    refused.length === 0
      ? 'Publishing would:'
      : `This cannot be published: ${refused.join('; ')}. Otherwise publishing would:`
  return [lead, ...publishing.map((line, index) => `  ${index + 1}. ${line}`)].join('\n')
}

const totalOf = (rows: readonly SummaryRow[]): number => rows.reduce((sum, { size }) => sum + size, 0)

const isReproducible = (output: BuiltOutput): boolean => !('reproducible' in output)

/** What the proof showed of one artifact, in a few words. */
export function checksOf(output: BuiltOutput, proof: ProofListing): string {
  const proven = proof.artifacts.find(({ name }) => name === output.name)
  if (proven === undefined) return 'not proven'
  if (output.carries === 'by-digest') return 'image by digest'
  const shown = proven.shown > 0 ? `${proven.shown} static files equal` : 'unchanged'
  return isReproducible(output) ? shown : `${shown}, not reproducible`
}

/** The table at the end of a dry run: file, size, first digits of sha256, what was shown. */
export function renderSummary(rows: readonly SummaryRow[]): string {
  return renderTable(
    [{ title: 'file' }, { title: 'size', right: true }, { title: 'sha256' }, { title: 'checks' }],
    rows.map(({ name, size, sha256, checks }) => [name, formatSize(size), sha256.slice(0, 16), checks]),
  )
}

/** What publishing this plan would do, one line a step. */
export function describePublishing(plan: Plan, rows: readonly SummaryRow[]): readonly string[] {
  const { facts } = plan
  const outputs = plan.formats.flatMap((format) => format.outputs)
  const references = outputs.flatMap((output) => (output.kind === 'image' ? output.references : []))
  const index = plan.formats.find(({ name }) => name === 'pypi')?.outputs.map(({ name }) => name) ?? []
  const release = facts.version.prerelease ? 'pre-release' : 'release'
  return [
    `upload ${rows.length} files to a draft ${release} ${facts.version.tag} in ${facts.repository ?? 'the repository of the workflow'}`,
    ...references.map((reference) => `push ${reference} by its digest, without a tag`),
    ...(index.length > 0 ? [`upload ${index.join(' and ')} to the Python index (no way back from here)`] : []),
    `make the ${release} public${references.length > 0 ? ', then set the tags of the images' : ''}`,
  ]
}
