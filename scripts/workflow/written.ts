import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../lib/core/config/load.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Format } from '../lib/core/format.ts'
import { selectFormats } from '../lib/core/select-formats.ts'
import type { OwnSource } from '../lib/io/own-source.ts'
import type { WorkflowFacts } from './workflow.ts'

const FOLDER = '.github/workflows'
const SLIPWAY = 'slipway-release/slipway'
const LOCAL = './' // the action lies in the repository itself

/** The committed workflow; `text` is absent where there is none yet. */
export interface Committed {
  readonly path: string // below the root of the repository
  readonly text?: string
}

/** The release workflow that a repository has: release.yml where that is there, else release.yaml. */
export async function readCommitted(root: string): Promise<Committed> {
  for (const name of ['release.yml', 'release.yaml']) {
    const path = `${FOLDER}/${name}`
    const text = await readFile(join(root, path), 'utf8').catch(() => undefined)
    if (text !== undefined) return { path, text }
  }
  return { path: `${FOLDER}/release.yaml` }
}

/** What the configuration says of a workflow; `place` is where it lies in the repository. */
export function workflowFacts(
  config: Config,
  formats: readonly Format[],
  place: Pick<WorkflowFacts, 'project' | 'config'>,
  slipway: string,
): WorkflowFacts {
  const { formats: planned } = selectFormats(formats, Object.keys(config.sections), { only: [], skip: [] })
  return {
    tag: config.version.tag,
    ...place,
    formats: planned.map((format) => ({
      name: format.name,
      needs: format.needs.filter((need) => planned.some(({ name }) => name === need)),
      onDeps: format.targets(config.sections[format.name] ?? {}).length > 0,
      onBase: format.bases(config.sections[format.name] ?? {}).length > 0,
    })),
    attest: config.facts.attest === true,
    rehearse: config.workflow.rehearse === true ? channelsOf(config) : [],
    ...(config.workflow.environment === undefined ? {} : { environment: config.workflow.environment }),
    slipway,
  }
}

/** What a runner of GitHub can install, which has Docker and PostgreSQL: images, and a wheel with the launcher. */
function channelsOf({ facts, sections }: Config): readonly string[] {
  const wheel = 'pypi' in sections && facts.python.backend === 'generated'
  return [...('docker' in sections ? ['image'] : []), ...(wheel ? ['wheel'] : [])]
}

/**
 * What stands after `uses:` for Slipway's action. A check keeps what the committed file has; writing moves it to the Slipway
 * that runs, unless it is the action of the very checkout.
 */
export function slipwayReference(
  asked: string | undefined,
  { text = '' }: Committed,
  own: OwnSource,
  keep: boolean,
): string {
  if (asked !== undefined) return assertPinned(asked)
  const known = /uses: (\.\/|[\w.-]+\/slipway@[0-9a-f]{40}(?: # \S+)?)$/m.exec(text)?.[1]
  return known !== undefined && (keep || known === LOCAL) ? known : ownReference(own)
}

function ownReference({ version, commit }: OwnSource): string {
  if (commit !== undefined) return `${SLIPWAY}@${commit} # v${version}`
  throw new ReleaseError('USAGE', 'this Slipway does not know its own commit', {
    hint: `Give the commit that jobs shall use: --slipway ${SLIPWAY}@COMMIT.`,
  })
}

function assertPinned(asked: string): string {
  if (/^(?:\.\/|[\w.-]+\/[\w.-]+@[0-9a-f]{40})$/.test(asked)) return asked
  throw new ReleaseError('USAGE', `--slipway ${asked} is not pinned by commit`, {
    hint: `Write it as ${SLIPWAY}@ and the 40 digits of a commit.`,
  })
}

/** The first line that differs, as a person looks for it; undefined where nothing does. */
export function differsAt(committed: string, wanted: string): string | undefined {
  if (committed === wanted) return undefined
  const [ours, theirs] = [wanted.split('\n'), committed.split('\n')]
  const line = ours.findIndex((text, index) => text !== theirs[index])
  const at = line === -1 ? ours.length : line
  return `line ${at + 1} is \`${(theirs[at] ?? '').trim()}\` and would be \`${(ours[at] ?? '').trim()}\``
}
