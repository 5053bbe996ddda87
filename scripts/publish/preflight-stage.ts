import { ReleaseError } from '../lib/core/error.ts'
import { openGithub } from '../lib/io/github.ts'
import { type GithubSettings, readGithubSettings } from '../lib/io/github-settings.ts'
import type { Stage } from '../lib/io/stage.ts'
import { type Preflight, preflight, preflightOf } from './preflight.ts'
import { findingsOfPlan, type PreflightFinding, refused } from './preflight-findings.ts'
import { patienceOf } from './publishing.ts'

/** The preflight of a planned release with the token and repository of the environment; what they lack is a finding too. */
export async function preflightStage({ plan, report }: Stage): Promise<Preflight> {
  const settings = settingsOrFinding(plan.facts.repository)
  if ('about' in settings) return preflightOf(plan, [...findingsOfPlan(plan), settings])
  const patience = patienceOf(report, settings)
  return preflight(plan, openGithub(settings, patience), patience)
}

function settingsOrFinding(repository: string | undefined): GithubSettings | PreflightFinding {
  try {
    return readGithubSettings(repository)
  } catch (failure) {
    if (!(failure instanceof ReleaseError)) throw failure
    return refused('token', failure.message, failure.hint ?? '')
  }
}

const MARKS: Readonly<Record<PreflightFinding['level'], string>> = { fine: '✓', notice: '!', refused: '✗' }

/** What a person reads: one line per finding, with its repair below where something is to be done. */
export function renderPreflight({ tag, refused: stops, findings }: Preflight): string {
  const lines = findings.flatMap(({ level, message, repair }) => [
    `${MARKS[level]} ${message}`,
    ...(repair === undefined ? [] : [`    ${repair}`]),
  ])
  const ending = stops ? `${tag} cannot be published as it stands; nothing was changed.` : `${tag} can be published.`
  return [...lines, '', ending].join('\n')
}
