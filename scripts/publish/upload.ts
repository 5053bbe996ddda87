import { ReleaseError } from '../lib/core/error.ts'
import type { HostedAsset, HostedRelease } from '../lib/core/hosted.ts'
import { attempt, RequestFailure } from '../lib/io/attempts.ts'
import { stopwatch } from '../lib/io/clock.ts'
import type { Task } from '../lib/io/report.ts'
import { renderEstimate } from './estimate.ts'
import type { LocalAsset } from './finished.ts'
import { look, withDigest } from './observe.ts'
import type { Publishing } from './publishing.ts'
import { type AssetStep, lifecycleOf, reconcileAsset } from './reconcile.ts'
import { renderSize } from './release-body.ts'

const AT_ONCE = 4

/** Does what reconcile decided for the files of a release; each file on its own, the first failure thrown at the end. */
export async function performSteps(
  run: Publishing,
  release: HostedRelease,
  steps: readonly AssetStep[],
): Promise<void> {
  for (const step of steps) if (step.step === 'remove') await removeAll(run, step)
  const work = steps.filter(({ step }) => step === 'upload' || step === 'replace')
  if (work.length === 0) return
  const total = sizeOf(run, work)
  await run.report.task(`upload ${work.length} files, ${renderSize(total)}`, (task) =>
    uploadAll(run, release, work, task),
  )
}

async function uploadAll(
  run: Publishing,
  release: HostedRelease,
  work: readonly AssetStep[],
  whole: Task,
): Promise<void> {
  const sent = new Map<string, number>()
  const total = sizeOf(run, work)
  const failures: unknown[] = []
  const elapsed = stopwatch()
  const queue = work.values()
  const tell = (name: string, bytes: number): void => {
    sent.set(name, bytes)
    const sum = [...sent.values()].reduce((a, b) => a + b, 0)
    whole.update(`${run.progress.there.size} of ${run.files.length} files, ${renderEstimate(sum, total, elapsed())}`)
  }
  // Workers share one iterator: each takes the next file until none is left.
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (const step of queue) {
      await settle(run, release, step, (bytes) => tell(step.name, bytes)).catch((failure) => failures.push(failure))
    }
  })
  await Promise.all(workers)
  if (failures.length > 0) throw failures[0]
}

async function settle(
  run: Publishing,
  release: HostedRelease,
  first: AssetStep,
  tell: (sent: number) => void,
): Promise<void> {
  const file = fileOf(run, first.name)
  await run.report.task(`${file.name} (${renderSize(file.size)})`, (task) => {
    let elapsed = stopwatch()
    const onProgress = (bytes: number): void => {
      task.update(renderEstimate(bytes, file.size, elapsed()))
      tell(bytes)
    }
    return attempt(file.name, run.patience, async (count) => {
      const step = count === 1 ? first : await look(run, file, release)
      if (step.step === 'refuse') throw refusal(release, [step])
      await removeAll(run, step)
      elapsed = stopwatch()
      if (step.step !== 'keep') await send(run, release, file, onProgress)
      run.progress.there.add(file.name)
    })
  })
}

async function send(
  run: Publishing,
  release: HostedRelease,
  file: LocalAsset,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const answered = await run.github.upload(release, { ...file, onProgress })
  const asset = answered.name === file.name ? await withDigest(run, file, answered, release) : answered
  if (reconcileAsset(file, [asset], lifecycleOf(release)).step !== 'keep') {
    throw new RequestFailure(`uploading ${file.name}`, 201, ['other_bytes'])
  }
  run.progress.sent.push(file.name)
}

async function removeAll(run: Publishing, step: AssetStep): Promise<void> {
  if (step.step !== 'replace' && step.step !== 'remove') return
  for (const asset of step.remove) await removeOne(run, asset, step.why)
}

async function removeOne(run: Publishing, asset: HostedAsset, why: string): Promise<void> {
  run.report.line(`removing ${asset.name} from GitHub: it ${why}`)
  await run.github.removeAsset(asset.id)
}

function fileOf(run: Publishing, name: string): LocalAsset {
  const file = run.files.find((candidate) => candidate.name === name)
  if (file === undefined) throw new Error(`no such file: ${name}`)
  return file
}

function sizeOf(run: Publishing, steps: readonly AssetStep[]): number {
  return steps.reduce((sum, { name }) => sum + fileOf(run, name).size, 0)
}

/** PUBLISH_REFUSED, naming each file that stands in the way. */
export function refusal(release: HostedRelease, steps: readonly AssetStep[]): ReleaseError {
  const list = steps.map((step) => `  - ${step.name} ${'why' in step ? step.why : ''}`).join('\n')
  if (release.draft) {
    return new ReleaseError('PUBLISH_REFUSED', `the draft of ${release.tag} holds what it should not:\n${list}`, {
      hint: `Remove these files from the draft, or plan them: ${release.page}`,
    })
  }
  return new ReleaseError('PUBLISH_REFUSED', `${release.tag} is public with other files than these:\n${list}`, {
    hint: `A public file is never replaced, people pin it by its hash: publish a new version. ${release.page}`,
  })
}
