import { ReleaseError } from '../lib/core/error.ts'
import type { HostedRelease } from '../lib/core/hosted.ts'
import { attempt } from '../lib/io/attempts.ts'
import { observe } from './observe.ts'
import type { Publishing } from './publishing.ts'
import { type Decision, foreignDrafts, reconcile } from './reconcile.ts'
import { performSteps, refusal } from './upload.ts'

const ROUNDS = 4 // one to create, one to upload, one to see that nothing is left, one for what changed in between

/** Brings the release to GitHub complete: observes, decides, acts, until an observation shows nothing left to do. */
export async function bringRelease(run: Publishing): Promise<HostedRelease> {
  let known: HostedRelease | undefined
  for (let round = 1; round <= ROUNDS; round++) {
    const theirs = await observe(run, known)
    if (round === 1) tellForeign(run, theirs)
    const decision = reconcile(run.ours, theirs)
    if (decision.kind === 'refuse') throw refused(run, decision)
    if (isSettled(decision)) return note(run, decision)
    known = await act(run, decision)
  }
  throw new ReleaseError('PUBLISH_FAILED', `GitHub does not show what it was sent, after ${ROUNDS} rounds`, {
    hint: 'Wait some minutes, and run the same command again: GitHub may be slow to show what it has.',
  })
}

/** The complete release of our tag, or what is missing from it. Changes nothing. */
export async function findComplete(run: Publishing): Promise<HostedRelease> {
  return completeOf(run, reconcile(run.ours, await observe(run)))
}

/** The same of a release that has just become public; a draft of ours that a listing did not show before goes. */
export async function confirmPublic(run: Publishing): Promise<HostedRelease> {
  const decision = reconcile(run.ours, await observe(run))
  if (decision.kind === 'continue' && !decision.release.draft) await removeStale(run, decision.stale)
  return completeOf(run, decision)
}

function completeOf(run: Publishing, decision: Decision): HostedRelease {
  if (decision.kind === 'refuse') throw refused(run, decision)
  if (decision.kind === 'continue' && decision.steps.every(({ step }) => step === 'keep')) return note(run, decision)
  if (decision.kind === 'continue') note(run, decision)
  const missing = decision.steps.filter(({ step }) => step !== 'keep').map(({ name }) => `  - ${name}`)
  const what = decision.kind === 'create' ? 'has no draft' : `is not complete:\n${missing.join('\n')}`
  throw new ReleaseError('PUBLISH_FAILED', `${run.ours.tag} ${what}`, { hint: 'Run `slipway publish draft` first.' })
}

type Continue = Extract<Decision, { kind: 'continue' }>

function isSettled(decision: Decision): decision is Continue {
  return (
    decision.kind === 'continue' &&
    decision.body === 'keep' &&
    decision.stale.length === 0 &&
    decision.steps.every(({ step }) => step === 'keep')
  )
}

async function act(run: Publishing, decision: Exclude<Decision, { kind: 'refuse' }>): Promise<HostedRelease> {
  await removeStale(run, decision.stale)
  if (decision.kind === 'create') return createDraft(run)
  const release = note(run, decision)
  if (decision.body === 'replace') await run.github.update(release.id, { body: run.ours.body })
  await performSteps(run, release, decision.steps)
  return release
}

async function removeStale(run: Publishing, stale: readonly HostedRelease[]): Promise<void> {
  for (const draft of stale) {
    run.report.line(`removing a second draft of ${draft.tag} that an earlier run left`)
    await run.github.removeRelease(draft.id)
  }
}

// A create that GitHub answers with an error may have landed: the listing tells, never a second create.
async function createDraft(run: Publishing): Promise<HostedRelease> {
  const { ours, title, commit } = run
  const release = await attempt('draft', run.patience, async (count) => {
    const landed = count === 1 ? undefined : reconcile(ours, await observe(run))
    if (landed?.kind === 'continue') return landed.release
    return run.github.create(ours.tag, { title, commit, body: ours.body, draft: true })
  })
  run.progress.release = release
  return release
}

function note(run: Publishing, { release, steps }: Continue): HostedRelease {
  run.progress.release = release
  for (const { step, name } of steps) if (step === 'keep') run.progress.there.add(name)
  return release
}

function refused(run: Publishing, { release, refused: steps }: Extract<Decision, { kind: 'refuse' }>): ReleaseError {
  run.progress.release = release
  return refusal(release, steps)
}

function tellForeign(run: Publishing, theirs: readonly HostedRelease[]): void {
  for (const draft of foreignDrafts(run.ours, theirs)) {
    run.report.notice(`somebody else's draft of ${draft.tag} is left as it is: ${draft.page}`)
  }
}
