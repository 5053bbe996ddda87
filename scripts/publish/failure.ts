import { ReleaseError } from '../lib/core/error.ts'
import { RequestFailure } from '../lib/io/attempts.ts'
import { type Publishing, renderStanding } from './publishing.ts'

const HINTS: Readonly<Record<number, string>> = {
  0: 'GitHub did not answer: check the network.',
  401: 'GitHub does not accept the token: set GITHUB_TOKEN to a valid one.',
  403: 'The token may not do this: give it `contents: write`.',
  404: 'GitHub does not show what was there before: check that nobody removed it.',
  422: 'GitHub refuses what was sent; a tag that an immutable release has used once can never be used again.',
}

/** The error of a run that began to write: what failed, how far it came, what is public, and the command that continues. */
export function explain(failure: unknown, run: Publishing, again: string): unknown {
  const error = asReleaseError(failure)
  if (error === undefined) return failure
  const standing = renderStanding(run)
  const hint = [error.hint, standing, `Continue with \`${again}\`; what is there already is kept.`].join('\n  ')
  return new ReleaseError(error.code, error.message, { hint, cause: error.cause })
}

function asReleaseError(failure: unknown): ReleaseError | undefined {
  if (failure instanceof ReleaseError) return failure
  if (!(failure instanceof RequestFailure)) return undefined
  const hint = HINTS[failure.status] ?? 'GitHub has a fault of its own: https://www.githubstatus.com'
  return new ReleaseError('PUBLISH_FAILED', `${failure.message} failed`, { hint, cause: failure })
}
