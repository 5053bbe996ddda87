import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openGithub } from '../lib/io/github.ts'
import type { GithubSettings } from '../lib/io/github-settings.ts'
import type { Stage } from '../lib/io/stage.ts'
import { bringRelease, findComplete } from './draft.ts'
import { explain } from './failure.ts'
import { contentsOf, finish } from './finish.ts'
import { type Finished, openFinished } from './finished.ts'
import { signBody } from './marker.ts'
import { assertAccess } from './preflight.ts'
import { newProgress, type Publishing, patienceOf } from './publishing.ts'
import { pushByDigest } from './registries.ts'
import { renderBody } from './release-body.ts'

const PYTHON_INDEX =
  'the Python index is not served by this command: upload to it between `publish draft` and `publish finish`'

/** What `publish` is asked for: the draft, making it public, or both. */
export type Part = 'draft' | 'finish' | 'both'

/** How publishing ended; `--json` prints it. */
export interface Published {
  readonly schema: 1
  readonly tag: string
  readonly state: 'draft' | 'public'
  readonly page: string
  readonly files: number
  readonly sent: readonly string[] // what this run had to upload
  readonly changed: boolean // false: everything was there already
}

/** Publishes a finished `dist/`; run again after any failure it does what is left. `again` is the command that does so. */
export async function publish(stage: Stage, settings: GithubSettings, part: Part, again: string): Promise<Published> {
  const finished = await stage.report.task('check dist/', () => openFinished(stage))
  if (part === 'both' && stage.plan.formats.some(({ name }) => name === 'pypi')) stage.report.notice(PYTHON_INDEX)
  return publishFinished(stage, { settings, simulated: false }, part, again, finished)
}

/** Where publishing goes; a simulated run speaks to no registry. */
export interface Destination {
  readonly settings: GithubSettings
  readonly simulated: boolean
}

/** Publishes what was read and checked already. */
export async function publishFinished(
  stage: Stage,
  destination: Destination,
  part: Part,
  again: string,
  finished: Finished,
): Promise<Published> {
  const run = await prepare(stage, destination, finished)
  try {
    await assertAccess(run)
    return await PARTS[part](run, finished)
  } catch (failure) {
    throw explain(failure, run, again)
  }
}

const PARTS: Readonly<Record<Part, (run: Publishing, finished: Finished) => Promise<Published>>> = {
  async draft(run, finished) {
    const release = await bringRelease(run)
    if (release.draft) await pushByDigest(run, await contentsOf(run, finished), 'everything')
    return result(run, run.progress.sent.length > 0)
  },
  async finish(run, finished) {
    return result(run, await finish(run, await findComplete(run), finished))
  },
  async both(run, finished) {
    const release = await bringRelease(run)
    if (release.draft) await pushByDigest(run, await contentsOf(run, finished), 'everything')
    const changed = await finish(run, release, finished)
    return result(run, changed || run.progress.sent.length > 0)
  },
}

function result({ progress, ours, files }: Publishing, changed: boolean): Published {
  const { release, sent } = progress
  return {
    schema: 1,
    tag: ours.tag,
    state: release?.draft === false ? 'public' : 'draft',
    page: release?.page ?? '',
    files: files.length,
    sent: sent.toSorted(),
    changed,
  }
}

async function prepare(stage: Stage, { settings, simulated }: Destination, finished: Finished): Promise<Publishing> {
  const { facts } = stage.plan
  const repository = `${settings.repository.owner}/${settings.repository.repo}`
  const patience = patienceOf(stage.report, settings)
  const body = renderBody({
    facts,
    notes: {
      file: await readFile(join(stage.out, 'source', facts.notes ?? 'CHANGELOG.md'), 'utf8').catch(() => ''),
      chosen: facts.notes !== undefined,
      commits: stage.plan.changes ?? [],
    },
    changed: stage.plan.changedFiles,
    repository,
    page: `${settings.site}/${repository}`,
    downloads: `${settings.site}/${repository}/releases/download/${facts.version.tag}`,
    assets: finished.assets,
    changing: finished.outputs.flatMap((output) => ('reproducible' in output ? [output.name] : [])),
    images: finished.outputs.flatMap((output) =>
      output.kind === 'image' ? output.references.map((reference) => ({ reference, digest: output.image.digest })) : [],
    ),
  })
  return {
    github: openGithub(settings, patience),
    patience,
    report: stage.report,
    ours: { tag: facts.version.tag, body: signBody(body), assets: finished.assets },
    title: `${facts.app.title} ${facts.version.plain}`,
    commit: facts.commit,
    files: finished.assets,
    progress: newProgress(),
    simulated,
  }
}
