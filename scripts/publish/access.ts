import { ReleaseError } from '../lib/core/error.ts'
import { RequestFailure } from '../lib/io/attempts.ts'
import type { Publishing } from './publishing.ts'

const REFUSALS: Readonly<Record<number, readonly [message: string, hint: string]>> = {
  401: ['GitHub does not accept the token', 'Set GITHUB_TOKEN to a valid token; it is never shown.'],
  403: [
    'the token may not read the repository',
    'Give it `contents: write` (workflow permissions, or the token’s own).',
  ],
  404: [
    'the repository is not there, or the token may not see it',
    'Check `release.repository` in slipway.yaml, and that the token belongs to it.',
  ],
}

/** PUBLISH_REFUSED when the repository cannot be reached with this token; told loudly when it seems read-only. */
export async function assertRepository({ github, report }: Publishing): Promise<void> {
  try {
    // Only told: what GitHub says here of a workflow's own token is not its right to write releases.
    if ((await github.mayWrite()) === false)
      report.notice('GitHub says that this token may not write; trying all the same')
  } catch (failure) {
    const [message, hint] = (failure instanceof RequestFailure && REFUSALS[failure.status]) || []
    if (message === undefined || hint === undefined) throw failure
    throw new ReleaseError('PUBLISH_REFUSED', message, { hint, cause: failure })
  }
}

/** PUBLISH_REFUSED unless the tag is in the remote repository and points at the planned commit. */
export async function assertTag({ github, report, ours, commit }: Publishing): Promise<void> {
  const found = await github.tagCommit(ours.tag).catch((failure: unknown) => {
    if (!(failure instanceof RequestFailure && failure.status === 403)) throw failure
    report.notice(`the token may not read tags: it is not known whether ${ours.tag} still is the planned commit`)
    return commit
  })
  if (found === commit) return
  if (found === undefined) {
    throw new ReleaseError('PUBLISH_REFUSED', `the tag ${ours.tag} is not in the remote repository`, {
      hint: `Run \`git push origin ${ours.tag}\`; GitHub would otherwise invent the tag when the release goes public.`,
    })
  }
  throw new ReleaseError('PUBLISH_REFUSED', `the tag ${ours.tag} points at ${found}, the plan was made for ${commit}`, {
    hint: 'Somebody moved the tag: make the release again from it, or move it back.',
  })
}
