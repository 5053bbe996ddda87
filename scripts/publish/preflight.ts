import { ReleaseError } from '../lib/core/error.ts'
import { type Plan, promisedOutputs } from '../lib/core/plan.ts'
import { type Patience, RequestFailure } from '../lib/io/attempts.ts'
import { now } from '../lib/io/clock.ts'
import type { Github } from '../lib/io/github.ts'
import type { RepositoryAnswer } from '../lib/io/github-repository.ts'
import {
  findingsOfClock,
  findingsOfImmutability,
  findingsOfPlan,
  findingsOfRate,
  findingsOfReleases,
  findingsOfRepository,
  findingsOfTag,
  type PreflightFinding,
} from './preflight-findings.ts'
import { findingsOfRegistries } from './preflight-registries.ts'
import type { Publishing } from './publishing.ts'

/** How a release would fare if it were published now; `--json` prints it. */
export interface Preflight {
  readonly schema: 1
  readonly tag: string
  readonly refused: boolean
  readonly findings: readonly PreflightFinding[]
}

/** Looks at everything that can stop publishing before anything is built. Only reads. */
export async function preflight(plan: Plan, github: Github, patience: Patience): Promise<Preflight> {
  const registries = await findingsOfRegistries(plan, patience)
  return preflightOf(plan, [...findingsOfPlan(plan), ...(await findingsOfGithub(plan, github)), ...registries])
}

/** The same result from findings that are known already. */
export function preflightOf(plan: Plan, findings: readonly PreflightFinding[]): Preflight {
  const refused = findings.some(({ level }) => level === 'refused')
  return { schema: 1, tag: plan.facts.version.tag, refused, findings }
}

async function findingsOfGithub(plan: Plan, github: Github): Promise<readonly PreflightFinding[]> {
  const { version, commit } = plan.facts
  const { repository, findings } = await access(github, version.tag, commit)
  if (repository === undefined) return findings
  const releases = (await github.releases()).filter(({ tag }) => tag === version.tag)
  const theirs = await Promise.all(
    releases.map(async (release) => ({ ...release, assets: await github.assets(release.id) })),
  )
  return [
    ...findings,
    ...findingsOfReleases(plan, theirs),
    ...findingsOfImmutability(await github.immutableReleases()),
    ...findingsOfRate(repository, promisedOutputs(plan).length, now()),
    ...findingsOfClock(repository, now()),
  ]
}

interface Access {
  readonly repository: RepositoryAnswer | undefined // undefined: it cannot be reached, nothing else was asked
  readonly findings: readonly PreflightFinding[]
}

async function access(github: Github, tag: string, commit: string): Promise<Access> {
  const repository = await github.repository()
  const findings = findingsOfRepository(repository, now())
  if ('refused' in repository) return { repository: undefined, findings }
  const found = await github.tagCommit(tag).catch((failure: unknown) => {
    if (failure instanceof RequestFailure && failure.status === 403) return { unknown: true } as const
    throw failure
  })
  return { repository, findings: [...findings, ...findingsOfTag(tag, commit, found)] }
}

/** PUBLISH_REFUSED unless repository, token and tag are as publishing needs them; what is only doubtful is told. */
export async function assertAccess({ github, report, ours, commit }: Publishing): Promise<void> {
  const { findings } = await access(github, ours.tag, commit)
  for (const { level, message } of findings) if (level === 'notice') report.notice(message)
  assertNoneRefused(findings)
}

/** PUBLISH_REFUSED with every finding that stands in the way. */
export function assertNoneRefused(findings: readonly PreflightFinding[]): void {
  const wrong = findings.filter(({ level }) => level === 'refused')
  const [first, ...others] = wrong
  if (first === undefined) return
  const message = others.length === 0 ? first.message : wrong.map((one) => `  - ${one.message}`).join('\n')
  const hint = wrong.map(({ repair }) => repair).filter((repair) => repair !== undefined)
  throw new ReleaseError('PUBLISH_REFUSED', others.length === 0 ? message : `it cannot be published:\n${message}`, {
    hint: [...new Set(hint)].join('\n  '),
  })
}
