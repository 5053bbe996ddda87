import type { HostedRelease } from '../lib/core/hosted.ts'
import type { Plan } from '../lib/core/plan.ts'
import { parseTag, type Versions } from '../lib/core/version.ts'
import { attempt } from '../lib/io/attempts.ts'
import { confirmPublic } from './draft.ts'
import type { Finished } from './finished.ts'
import { type Standing, standingOf } from './moving-tags.ts'
import type { Publishing } from './publishing.ts'
import { pushByDigest, setTags } from './registries.ts'
import { type RegistryContent, registryContents } from './registry-content.ts'

/** The version among those of the plan and those that became public since: an old plan must not move new tags back. */
export async function standingNow(run: Publishing, { facts, history }: Plan): Promise<Standing> {
  const releases = await run.github.releases()
  const published = releases.filter(({ draft }) => !draft).map(({ tag }) => tag)
  return standingOf(imageVersion(facts.version), [...history, ...versionsOf(facts.version, published)])
}

/** The version as image tags spell it. */
export function imageVersion({ semver, plain }: Versions): string {
  return 'value' in semver ? semver.value : plain
}

function versionsOf({ tag, plain }: Versions, tags: readonly string[]): readonly string[] {
  const pattern = tag.replace(plain, () => '{version}')
  return tags.map((other) => parseTag(pattern, other)).filter((version) => version !== undefined)
}

/** What goes into registries by this run: nothing where it is simulated. */
export async function contentsOf({ simulated }: Publishing, finished: Finished): Promise<readonly RegistryContent[]> {
  return simulated ? [] : registryContents(finished)
}

/** Makes a complete draft public and looks at it once more, then sets the tags of images and chart; false when nothing was left to do. */
export async function finish(run: Publishing, release: HostedRelease, finished: Finished): Promise<boolean> {
  const contents = await contentsOf(run, finished)
  if (!release.draft && contents.length === 0) return false
  const standing = await standingNow(run, finished.plan)
  if (release.draft) {
    await pushByDigest(run, contents, 'manifests') // only what is not there is sent
    await run.report.task(`make ${run.ours.tag} public`, () => turnPublic(run, release.id, standing))
    await confirmPublic(run)
  }
  const set = await setTags(run, contents, imageVersion(finished.plan.facts.version), standing)
  return release.draft || set.length > 0
}

// A change that GitHub answers with an error may have landed, and an immutable release takes no second one.
async function turnPublic(run: Publishing, id: number, { prerelease, latest }: Standing): Promise<void> {
  run.progress.release = await attempt('making it public', run.patience, async (count) => {
    const now = count === 1 ? undefined : await run.github.release(id)
    if (now?.draft === false) return now
    return run.github.update(id, { draft: false, prerelease, makeLatest: latest }, 'once')
  })
}
