import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import { measureFile } from '../../scripts/lib/io/files.ts'
import type { GithubSettings } from '../../scripts/lib/io/github-settings.ts'
import type { Report } from '../../scripts/lib/io/report.ts'
import type { Stage } from '../../scripts/lib/io/stage.ts'
import type { Part, Published } from '../../scripts/publish/publish.ts'
import { publish } from '../../scripts/publish/publish.ts'
import type { Fault } from '../../scripts/publish/simulate/faults.ts'
import type { StandInOptions } from '../../scripts/publish/simulate/handle.ts'
import { type StandIn, startGithub } from '../../scripts/publish/simulate/server.ts'
import type { StoredRelease } from '../../scripts/publish/simulate/stored.ts'
import { COMMIT, type DistWishes, finishedDist } from './finished-dist.ts'
import { openDescription } from './openapi.ts'

export const TOKEN = 'ghp_neverToBeShown0123456789'
const REPOSITORY = 'demo/demo'

/** A finished dist/, a stand-in for GitHub, and the real publisher between them. */
export interface Bench {
  readonly out: string
  readonly plan: Plan
  readonly github: StandIn
  readonly settings: GithubSettings
  readonly lines: string[] // everything that the display was told
  readonly stage: Stage
  readonly updates: string[] // what running work told of itself
  publish(part?: Part): Promise<Published>
  /** Publishes this dist/ to another bench's stand-in. */
  publishTo(settings: GithubSettings, part?: Part): Promise<Published>
  close(): Promise<void>
}

/** Sets a bench up; `dist` says what is published, `github` how the stand-in behaves. */
export async function openBench(
  dist: DistWishes = {},
  github: Partial<StandInOptions> = {},
  faults: readonly Fault[] = [],
): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-publish-'))
  const out = join(folder, 'dist')
  const plan = await finishedDist(out, dist)
  const check = await openDescription()
  const otherwise = new Set<string>()
  const standIn = await startGithub({
    dir: folder,
    onExchange(exchange) {
      for (const finding of check(exchange)) otherwise.add(finding)
    },
    repository: REPOSITORY,
    token: TOKEN,
    tags: { [plan.facts.version.tag]: COMMIT },
    faults,
    ...github,
  })
  const settings: GithubSettings = {
    apiUrl: standIn.apiUrl,
    site: standIn.apiUrl.replace('/api/v3', ''),
    repository: { owner: 'demo', repo: 'demo' },
    token: TOKEN,
    second: 1, // a second of waiting lasts a millisecond; nothing else differs
    stall: 60_000,
  }
  const lines: string[] = []
  const updates: string[] = []
  const stage = { plan, out, cache: folder, report: recordingReport(lines, updates) }
  return {
    out,
    plan,
    github: standIn,
    settings,
    lines,
    updates,
    stage,
    publish: (part = 'both') => publish(stage, settings, part, 'slipway publish'),
    publishTo: (where, part = 'both') => publish(stage, where, part, 'slipway publish'),
    async close() {
      await standIn.close()
      await rm(folder, { recursive: true, force: true })
      expect([...otherwise].join('\n')).toBe('')
    },
  }
}

const ENTRY = fileURLToPath(new URL('../../scripts/publish-release.ts', import.meta.url))

/** A process of its own that publishes the bench's dist/ by the command line. */
export function spawnPublish(
  { out, github }: Bench,
  words: readonly string[] = [],
  script: string = ENTRY,
  token: string = TOKEN,
): ChildProcess {
  return spawn(process.execPath, [script, ...words, '--out', out], {
    env: {
      PATH: process.env['PATH'],
      GITHUB_TOKEN: token,
      GITHUB_API_URL: github.apiUrl,
      SLIPWAY_SECOND_MS: '1',
      SLIPWAY_CACHE: join(out, 'cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function recordingReport(lines: string[], updates: string[]): Report {
  return {
    async task(label, work) {
      lines.push(label)
      return work({ update: (text) => void updates.push(`${label}: ${text}`) })
    },
    notice: (text) => void lines.push(text),
    line: (text) => void lines.push(text),
  }
}

/** The end state that every fault must lead to: one release, public once and complete at that moment, every byte right, no draft. */
export async function expectComplete({ out, github }: Bench): Promise<StoredRelease> {
  const names = (await readdir(join(out, 'artifacts'))).toSorted()
  const wanted = await Promise.all(
    names.map(async (name) => ({ name, ...(await measureFile(join(out, 'artifacts', name))) })),
  )
  const [release, ...others] = github.store.releases
  expect(others).toEqual([])
  if (release === undefined) throw new Error('there is no release')
  expect(release.draft).toBe(false)
  expect(github.store.publications).toEqual([{ tag: release.tag, assets: release.assets }])
  const kept = await Promise.all(
    release.assets.map(async ({ id, name, state }) => {
      expect(state).toBe('uploaded')
      return { name, ...(await measureFile(github.store.path(id))) } // the bytes, not what the stand-in says of them
    }),
  )
  expect(kept.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(wanted)
  return release
}
