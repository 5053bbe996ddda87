import type { Octokit } from '@octokit/rest'
import { attempt, type Patience, RequestFailure } from './attempts.ts'
import { call, SINGLE } from './github-client.ts'
import type { GithubSettings } from './github-settings.ts'

/** What GitHub says of a repository, of the token, and of itself, in one answer. */
export interface RepositoryAnswer {
  readonly mayWrite: boolean | undefined // undefined where GitHub does not say
  readonly archived: boolean
  readonly private: boolean
  readonly scopes: readonly string[] // of a classic token; other kinds tell none
  readonly tokenExpires: number | undefined // seconds since 1970, as every time here
  readonly serverTime: number | undefined
  /** The primary limit; undefined on a server that has none. */
  readonly rate: { readonly limit: number; readonly remaining: number; readonly resets: number } | undefined
}

/** A repository that this token cannot read: 401, 403 or 404. */
export interface RepositoryRefused {
  readonly refused: number
}

/** What can be asked of a repository besides its releases. */
export interface RepositoryReading {
  repository(): Promise<RepositoryAnswer | RepositoryRefused>
  /** The commit that a tag points at, annotated or not; undefined where the tag is not there. */
  tagCommit(tag: string): Promise<string | undefined>
  /** Whether releases freeze when they go public; undefined where the token may not know, as a workflow's own never may. */
  immutableReleases(): Promise<boolean | undefined>
}

/** Reads of a repository; an answer that something is absent or refused is a value, not a failure. */
export function repositoryReading(
  octokit: Octokit,
  where: GithubSettings['repository'],
  patience: Patience,
): RepositoryReading {
  const { repos, git } = octokit.rest
  /** Tries again what may pass; the statuses given are an answer. */
  const ask = <T>(
    what: string,
    answers: readonly number[],
    request: () => Promise<T>,
  ): Promise<T | RepositoryRefused> =>
    attempt(what, patience, () =>
      call(what, request).catch((failure: unknown) => {
        if (isAnswer(failure, answers)) return { refused: failure.status }
        throw failure
      }),
    )
  return {
    async repository() {
      const response = await ask('reading the repository', [401, 403, 404], () =>
        repos.get({ ...where, request: SINGLE }),
      )
      return 'refused' in response ? response : repositoryAnswer(response)
    },
    async tagCommit(tag) {
      const ref = await ask('reading the tag', [404], () =>
        git.getRef({ ...where, ref: `tags/${tag}`, request: SINGLE }),
      )
      if ('refused' in ref) return undefined
      let { type, sha } = ref.data.object
      while (type === 'tag') {
        const annotated = await call('reading the tag', () => git.getTag({ ...where, tag_sha: sha }))
        ;({ type, sha } = annotated.data.object)
      }
      return sha
    },
    async immutableReleases() {
      const response = await ask('reading whether releases are immutable', [401, 403, 404], () =>
        octokit.request('GET /repos/{owner}/{repo}/immutable-releases', { ...where, request: SINGLE }),
      )
      // 404 says "no" to an administrator and "you may not know" to everybody else.
      return 'refused' in response ? undefined : (response.data as { enabled?: boolean }).enabled === true
    },
  }
}

function isAnswer(failure: unknown, answers: readonly number[]): failure is RequestFailure {
  return failure instanceof RequestFailure && failure.retryAfter === undefined && answers.includes(failure.status)
}

type RepositoryResponse = Awaited<ReturnType<Octokit['rest']['repos']['get']>>

function repositoryAnswer({ data, headers }: RepositoryResponse): RepositoryAnswer {
  const told = headers as Readonly<Record<string, string | number | undefined>>
  const limit = told['x-ratelimit-limit']
  return {
    mayWrite: data.permissions?.push,
    archived: data.archived,
    private: data.private,
    scopes: String(told['x-oauth-scopes'] ?? '')
      .split(/,\s*/)
      .filter((scope) => scope !== ''),
    tokenExpires: secondsOf(told['github-authentication-token-expiration']),
    serverTime: secondsOf(told['date']),
    rate:
      limit === undefined
        ? undefined
        : {
            limit: Number(limit),
            remaining: Number(told['x-ratelimit-remaining']),
            resets: Number(told['x-ratelimit-reset']),
          },
  }
}

function secondsOf(date: string | number | undefined): number | undefined {
  const parsed = Date.parse(String(date))
  return Number.isNaN(parsed) ? undefined : Math.floor(parsed / 1000)
}
