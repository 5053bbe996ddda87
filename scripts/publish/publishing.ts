import type { HostedRelease } from '../lib/core/hosted.ts'
import type { Patience } from '../lib/io/attempts.ts'
import type { Github } from '../lib/io/github.ts'
import type { GithubSettings } from '../lib/io/github-settings.ts'
import type { Report } from '../lib/io/report.ts'
import type { LocalAsset } from './finished.ts'
import type { OurRelease } from './reconcile.ts'

/** What one run of publishing works with. */
export interface Publishing {
  readonly github: Github
  readonly patience: Patience
  readonly report: Report
  readonly ours: OurRelease
  readonly title: string
  readonly commit: string
  readonly files: readonly LocalAsset[]
  readonly progress: Progress
  readonly simulated: boolean
}

const ATTEMPTS = 6

/** How often each request is tried; every failed attempt is told. */
export function patienceOf(report: Report, { second }: GithubSettings): Patience {
  return { attempts: ATTEMPTS, second, announce: (text) => report.line(`! ${text}`) }
}

/** How far a run came: what the last lines of a failed one tell. */
export interface Progress {
  release: HostedRelease | undefined
  readonly there: Set<string> // names whose bytes were compared on GitHub
  readonly sent: string[]
  readonly outward: string[] // what anybody can find besides the release, such as moved image tags
}

/** A run that has done nothing yet. */
export function newProgress(): Progress {
  return { release: undefined, there: new Set(), sent: [], outward: [] }
}

/** Where the release stands, in one sentence. */
export function renderStanding({ progress, files, ours }: Pick<Publishing, 'progress' | 'files' | 'ours'>): string {
  const { release, there, outward } = progress
  const count = `${there.size} of ${files.length} files are on GitHub`
  const also = outward.length === 0 ? '' : ` Public besides: ${outward.join(', ')}.`
  if (release === undefined) return `Nothing of ${ours.tag} was found or made on GitHub by this run.${also}`
  if (release.draft) return `${count}, in a draft that only maintainers see; nothing is public.${also}`
  return `${count}, and the release is public: ${release.page}.${also}`
}
