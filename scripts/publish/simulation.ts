import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { renderTable } from '../lib/core/table.ts'
import { writeBeside } from '../lib/io/files.ts'
import { type GithubSettings, githubSite, repositoryName } from '../lib/io/github-settings.ts'
import { inScratch } from '../lib/io/scratch.ts'
import type { Stage } from '../lib/io/stage.ts'
import { imageVersion } from './finish.ts'
import { assertPublishable, type Finished, readFinished } from './finished.ts'
import { movingReferences, standingOf } from './moving-tags.ts'
import { publishFinished } from './publish.ts'
import { renderSize } from './release-body.ts'
import { type StandIn, startGithub } from './simulate/server.ts'

const NOTES = 'release-notes.md'
const STALL = 60_000

/** What would be public after publishing; `--json` prints it. */
export interface Simulated {
  readonly schema: 1
  readonly tag: string
  readonly title: string
  readonly prerelease: boolean
  readonly latest: boolean
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[]
  /** Set in registries by a real run; a simulated one does not speak to them. */
  readonly references: readonly string[]
  readonly notes: string // path of the text of the release
  readonly refused: readonly string[] // why a real run would refuse this plan
  readonly requests: number
}

/** Sends the real files by the real uploader to a stand-in for GitHub on this machine, and tells what is public there then. */
export async function simulatePublish(stage: Stage): Promise<Simulated> {
  const { finished, damages, refusals } = await stage.report.task('check dist/', () => readFinished(stage))
  assertPublishable(damages) // what a real run refuses for the plan's sake is only told
  return inScratch(join(stage.out, 'simulated'), async (dir) => {
    await mkdir(dir, { recursive: true })
    const { commit, repository, version } = finished.plan.facts
    const name = repositoryName(repository) ?? 'owner/name'
    const token = randomBytes(16).toString('hex')
    const github = await startGithub({ dir, repository: name, token, tags: { [version.tag]: commit }, immutable: true })
    try {
      const settings = settingsOf(github, name, token)
      await publishFinished(stage, { settings, simulated: true }, 'both', 'slipway publish --simulate', finished)
      return await resultOf(stage, github, finished, refusals)
    } finally {
      await github.close()
    }
  })
}

function settingsOf({ apiUrl }: StandIn, repository: string, token: string): GithubSettings {
  const [owner = '', repo = ''] = repository.split('/')
  return { apiUrl, site: githubSite(), repository: { owner, repo }, token, second: 1, stall: STALL }
}

async function resultOf(
  { out }: Stage,
  { store, log }: StandIn,
  { plan, outputs }: Finished,
  refused: readonly string[],
): Promise<Simulated> {
  const [release] = store.releases
  if (release === undefined) throw new Error('the stand-in lost its release')
  const notes = join(out, NOTES)
  await writeBeside(notes, release.body)
  const version = imageVersion(plan.facts.version)
  const { moving } = standingOf(version, plan.history)
  return {
    schema: 1,
    tag: release.tag,
    title: release.title,
    prerelease: release.prerelease,
    latest: store.latest === release.id,
    files: release.assets
      .map(({ name, size, digest }) => ({ name, size, sha256: String(digest).replace('sha256:', '') }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    references: outputs
      .flatMap((output) => (output.kind === 'image' ? output.references : []))
      .flatMap((exact) => [exact, ...movingReferences(exact, version, moving)]),
    notes,
    refused,
    requests: log.length,
  }
}

/** What a person reads: the table of what would be public. */
export function renderSimulated({ tag, title, prerelease, latest, files, ...rest }: Simulated): string {
  const kind = prerelease ? 'a pre-release' : latest ? 'the latest release' : 'a release'
  const rows = files.map(({ name, size, sha256 }) => [name, renderSize(size), sha256])
  return [
    `Publishing was simulated. Public would be ${tag} (${title}), ${kind}, with ${files.length} files:`,
    renderTable([{ title: 'file' }, { title: 'size', right: true }, { title: 'sha256' }], rows),
    ...(rest.references.length > 0
      ? [`and in registries:\n${rest.references.map((one) => `  ${one}`).join('\n')}`]
      : []),
    ...rest.refused.map((text) => `! A real run would refuse it: ${text}`),
    `Its text is in ${rest.notes}. ${rest.requests} requests went to a stand-in for GitHub; nothing left this machine.`,
  ].join('\n\n')
}
