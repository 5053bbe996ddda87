import type { HostedRelease } from '../lib/core/hosted.ts'
import type { Plan } from '../lib/core/plan.ts'
import { promisedOutputs } from '../lib/core/plan.ts'
import { planRefusals } from '../lib/core/publish-refusals.ts'
import type { RepositoryAnswer, RepositoryRefused } from '../lib/io/github-repository.ts'
import { isKeptByGithub } from './asset-name.ts'
import { authorshipOf } from './marker.ts'

/** One thing that was looked at before publishing; `refused` stops it, `notice` only tells. */
export interface PreflightFinding {
  readonly about: 'plan' | 'token' | 'repository' | 'tag' | 'releases' | 'immutability' | 'rate' | 'clock' | 'registry'
  readonly level: 'fine' | 'notice' | 'refused'
  readonly message: string
  readonly repair?: string
}

/** A look that found nothing wrong. */
export function fine(about: PreflightFinding['about'], message: string): PreflightFinding {
  return { about, level: 'fine', message }
}

/** Something to know, which stops nothing. */
export function notice(about: PreflightFinding['about'], message: string, repair: string): PreflightFinding {
  return { about, level: 'notice', message, repair }
}

/** Something that publishing refuses, and what to do about it. */
export function refused(about: PreflightFinding['about'], message: string, repair: string): PreflightFinding {
  return { about, level: 'refused', message, repair }
}

/** What the plan alone says. */
export function findingsOfPlan(plan: Plan): readonly PreflightFinding[] {
  const names = promisedOutputs(plan).map(({ name }) => name)
  const wrong = [
    ...planRefusals(plan).map((text) =>
      refused('plan', `this plan cannot be published: ${text}`, 'Plan again from a clean clone with the tag at HEAD.'),
    ),
    ...names
      .filter((name) => !isKeptByGithub(name))
      .map((name) =>
        refused('plan', `GitHub would show ${name} under another name`, 'Change the name in slipway.yaml.'),
      ),
  ]
  return wrong.length > 0 ? wrong : [fine('plan', `${names.length} files, each under a name that GitHub keeps`)]
}

const REFUSALS: Readonly<Record<number, readonly [PreflightFinding['about'], message: string, repair: string]>> = {
  401: ['token', 'GitHub does not accept the token', 'Set GITHUB_TOKEN to a valid token; it is never shown.'],
  403: [
    'token',
    'the token may not read the repository',
    'Give it `contents: write` (workflow permissions, or the token’s own).',
  ],
  404: [
    'repository',
    'the repository is not there, or the token may not see it',
    'Check `release.repository` in slipway.yaml, and that the token belongs to it.',
  ],
}

const DAY = 86_400
const WRITING_SCOPES = ['repo', 'public_repo']

/** Whether the repository can be reached and written to with this token. `now` in seconds. */
export function findingsOfRepository(
  answer: RepositoryAnswer | RepositoryRefused,
  now: number,
): readonly PreflightFinding[] {
  if ('refused' in answer) {
    const [about, message, repair] = REFUSALS[answer.refused] ?? ['repository', 'GitHub refuses it', 'Check the token.']
    return [refused(about, message, repair)]
  }
  const wrong = [...rightsOf(answer), ...expiryOf(answer, now)]
  return [
    answer.archived
      ? refused('repository', 'the repository is archived, so nobody can write to it', 'Unarchive it in its settings.')
      : fine('repository', `the repository is there (${answer.private ? 'private' : 'public'})`),
    ...(wrong.length > 0 ? wrong : [fine('token', 'the token may write releases, as far as GitHub says')]),
  ]
}

function rightsOf({ scopes, private: hidden, mayWrite }: RepositoryAnswer): readonly PreflightFinding[] {
  const wanted = hidden ? ['repo'] : WRITING_SCOPES
  if (scopes.length > 0 && !scopes.some((scope) => wanted.includes(scope))) {
    return [
      refused('token', `the token lacks the scope ${wanted.join(' or ')}`, 'Make a token with it, or a workflow’s.'),
    ]
  }
  if (mayWrite !== false) return []
  // Only told: what GitHub says here of a workflow's own token is not its right to write releases.
  return [notice('token', 'GitHub says that this token may not write', 'Give it `contents: write` if uploading fails.')]
}

function expiryOf({ tokenExpires }: RepositoryAnswer, now: number): readonly PreflightFinding[] {
  if (tokenExpires === undefined || tokenExpires - now > DAY) return []
  const at = new Date(tokenExpires * 1000).toISOString()
  return [notice('token', `the token expires at ${at}`, 'Make a new one if the release may take longer.')]
}

/** `unknown`: the token may not read tags. */
export function findingsOfTag(
  tag: string,
  commit: string,
  found: string | undefined | { readonly unknown: true },
): readonly PreflightFinding[] {
  if (typeof found === 'object') {
    const message = `the token may not read tags: it is not known whether ${tag} still is the planned commit`
    return [notice('tag', message, 'Give it `contents: read`.')]
  }
  if (found === commit) return [fine('tag', `${tag} is the planned commit ${commit.slice(0, 12)}`)]
  if (found === undefined) {
    const repair = `Run \`git push origin ${tag}\`; GitHub would otherwise invent the tag when the release goes public.`
    return [refused('tag', `the tag ${tag} is not in the remote repository`, repair)]
  }
  const message = `the tag ${tag} points at ${found}, the plan was made for ${commit}`
  return [refused('tag', message, 'Somebody moved the tag: make the release again from it, or move it back.')]
}

/** What GitHub has for the tag already; `theirs` with all their files. */
export function findingsOfReleases(plan: Plan, theirs: readonly HostedRelease[]): readonly PreflightFinding[] {
  const { tag } = plan.facts.version
  if (theirs.length === 0) return [fine('releases', `there is no release and no draft of ${tag} yet`)]
  return theirs.flatMap((release) =>
    release.draft ? findingsOfDraft(plan, release) : [findingOfPublic(plan, release)],
  )
}

function findingOfPublic(plan: Plan, { tag, page, immutable, assets }: HostedRelease): PreflightFinding {
  const there = new Set(assets.map(({ name }) => name))
  const missing = promisedOutputs(plan).filter(({ name }) => !there.has(name))
  const kind = immutable ? 'public and immutable' : 'public'
  const message = `${tag} is ${kind} already, with ${assets.length} files: ${page}`
  if (!immutable || missing.length === 0) {
    return notice('releases', message, 'Publish again only to confirm it: other bytes are refused, none is replaced.')
  }
  const names = missing.map(({ name }) => name).join(', ')
  return refused('releases', `${message}; it lacks ${names}`, 'Nothing can be added to it: publish a new version.')
}

function findingsOfDraft(plan: Plan, draft: HostedRelease): readonly PreflightFinding[] {
  const promised = new Set(promisedOutputs(plan).map(({ name }) => name))
  const { tag, page, assets } = draft
  if (authorshipOf(draft.body) === 'foreign') {
    return [
      notice(
        'releases',
        `somebody else has a draft of ${tag}: ${page}`,
        'It is left as it is unless it holds our bytes.',
      ),
    ]
  }
  const strangers = assets.filter(
    ({ name, label, state }) => state === 'uploaded' && !promised.has(name) && !promised.has(label),
  )
  return [
    notice(
      'releases',
      `an earlier run left a draft of ${tag} with ${assets.length} files: ${page}`,
      'It is continued.',
    ),
    ...strangers.map(({ name }) =>
      refused('releases', `the draft of ${tag} holds ${name}, which is not promised`, `Remove it, or plan it: ${page}`),
    ),
  ]
}

/** What cannot be known is assumed: frozen. */
export function findingsOfImmutability(immutable: boolean | undefined): readonly PreflightFinding[] {
  const repair = 'Do nothing: every file is compared before the release goes public, and none is changed after.'
  const message =
    immutable === undefined
      ? 'it is not known whether releases are immutable here (only administrators may ask): assumed so'
      : 'releases freeze when they go public; a tag that one has used can never be used again'
  return [
    immutable === false ? fine('immutability', 'releases stay changeable') : notice('immutability', message, repair),
  ]
}

const REQUESTS_BESIDES = 30 // listings, the draft, comparisons, making it public, each a few times

/** Whether the primary limit leaves room for all requests of one run. */
export function findingsOfRate({ rate }: RepositoryAnswer, files: number, now: number): readonly PreflightFinding[] {
  if (rate === undefined) return [fine('rate', 'this server limits no rate')]
  const needed = files + REQUESTS_BESIDES
  const message = `${rate.remaining} of ${rate.limit} requests of this hour are left`
  if (rate.remaining >= needed) return [fine('rate', message)]
  const minutes = Math.max(1, Math.ceil((rate.resets - now) / 60))
  return [
    notice(
      'rate',
      `${message}, about ${needed} are needed`,
      `Wait ${minutes} minutes, or let publishing wait by itself.`,
    ),
  ]
}

const SKEW = 60 // seconds; signatures and OIDC tokens suffer from more

/** Whether this machine's clock is GitHub's. Waits are counted by GitHub's own, so a wrong one is only told. */
export function findingsOfClock({ serverTime }: RepositoryAnswer, now: number): readonly PreflightFinding[] {
  if (serverTime === undefined) return []
  const skew = now - serverTime
  if (Math.abs(skew) <= SKEW) return [fine('clock', 'this clock is GitHub’s')]
  const direction = skew > 0 ? 'ahead of' : 'behind'
  return [
    notice(
      'clock',
      `this clock is ${Math.abs(skew)} s ${direction} GitHub’s`,
      'Set the clock: signatures carry its time.',
    ),
  ]
}
