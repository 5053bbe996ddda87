import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openGithub } from '../../scripts/lib/io/github.ts'
import type { Preflight } from '../../scripts/publish/preflight.ts'
import { preflight } from '../../scripts/publish/preflight.ts'
import { renderPreflight } from '../../scripts/publish/preflight-stage.ts'
import type { Fault } from '../../scripts/publish/simulate/faults.ts'
import type { StandInOptions } from '../../scripts/publish/simulate/handle.ts'
import type { Store } from '../../scripts/publish/simulate/store.ts'
import type { DistWishes } from '../support/finished-dist.ts'
import { COMMIT, type planOf } from '../support/finished-dist.ts'
import { type Bench, openBench } from '../support/publishing.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

/** A preflight with nothing of the release but its plan. */
async function look(opened: Bench): Promise<Preflight> {
  await rm(join(opened.out, 'artifacts'), { recursive: true })
  const patience = { attempts: 6, second: 1, announce: () => undefined }
  return preflight(opened.plan, openGithub(opened.settings, patience), patience)
}

const problems = ({ findings }: Preflight): readonly string[] =>
  findings.filter(({ level }) => level !== 'fine').map(({ level, about, message }) => `${level} ${about}: ${message}`)

const UNKNOWN =
  'notice immutability: it is not known whether releases are immutable here (only administrators may ask): assumed so'

describe('a preflight', () => {
  it('of a plan that can be published changes nothing and finds nothing but what cannot be known', async () => {
    bench = await openBench()
    const found = await look(bench)
    expect(found).toMatchObject({ schema: 1, tag: 'v1.5.0', refused: false })
    expect(problems(found)).toEqual([UNKNOWN])
    expect(bench.github.log.map(({ operation }) => operation)).toEqual([
      'repository',
      'read-tag',
      'list-releases',
      'immutable-releases',
    ])
    expect(bench.github.store.releases).toEqual([])
    expect(renderPreflight(found)).toMatch(
      /✓ v1\.5\.0 is the planned commit 0123456789ab\n[\s\S]*\n\nv1\.5\.0 can be publ/,
    )
  })

  it('goes on after a 502, a broken connection and a secondary limit', async () => {
    const faults: Fault[] = [
      { on: 'repository', is: 'bad-gateway' },
      { on: 'read-tag', is: 'reset' },
      { on: 'immutable-releases', is: 'secondary-limit' },
    ]
    bench = await openBench({}, {}, faults)
    expect(await look(bench)).toMatchObject({ refused: false })
    expect(bench.github.unspent()).toEqual([])
  })

  const soon = new Date(Date.now() + 3_600_000).toISOString()
  const ROWS: readonly (readonly [string, Partial<StandInOptions>, RegExp])[] = [
    ['the tag was never pushed', { tags: {} }, /refused tag: the tag v1.5.0 is not in the remote repository/],
    ['the tag was moved', { tags: { 'v1.5.0': 'f'.repeat(40) } }, /refused tag: .* points at f{40}, the plan was made/],
    ['the token is another', { token: 'another' }, /refused token: GitHub does not accept the token/],
    ['the repository is another', { repository: 'other/one' }, /refused repository: the repository is not there/],
    ['the repository is archived', { traits: { archived: true } }, /refused repository: the repository is archived/],
    ['a classic token has other scopes', { traits: { scopes: 'gist, read:org' } }, /refused token: .* lacks the scope/],
    ['the token seems read-only', { traits: { mayWrite: false } }, /notice token: GitHub says that this token may not/],
    ['the token expires soon', { traits: { tokenExpires: soon } }, /notice token: the token expires at 2/],
    ['few requests are left', { traits: { remaining: 20 } }, /notice rate: 20 of 1000 .*, about 38 are needed/],
    ['its clock is an hour off', { traits: { date: soon } }, /notice clock: this clock is 3[56]\d\d s behind/],
    [
      'an administrator asks, and releases freeze',
      { immutable: true, traits: { administrator: true } },
      /notice immutability: releases freeze when they go public/,
    ],
  ]
  it.each(ROWS)('tells that %s, and how to repair it', async (_, github, wanted) => {
    bench = await openBench({}, github)
    const found = await look(bench)
    expect(problems(found).join('\n')).toMatch(wanted)
    expect(found.refused).toBe(problems(found).some((line) => line.startsWith('refused')))
    for (const { level, repair = '' } of found.findings) if (level !== 'fine') expect(repair).toMatch(/\.$/)
  })

  const THERE: readonly (readonly [
    string,
    Partial<StandInOptions>,
    (store: Store) => Promise<void>,
    readonly string[],
  ])[] = [
    [
      'a draft by hand',
      {},
      async (store) => void store.create({ tag_name: 'v1.5.0', draft: true, body: 'By hand' }),
      ['notice releases: somebody else has a draft of v1.5.0: '],
    ],
    [
      'a public release that can still be added to',
      {},
      async (store) => void store.create({ tag_name: 'v1.5.0', draft: false }),
      ['notice releases: v1.5.0 is public already, with 0 files: '],
    ],
    [
      'an immutable release without our files',
      { immutable: true },
      async (store) => void store.create({ tag_name: 'v1.5.0', draft: false }),
      ['refused releases: v1.5.0 is public and immutable already, with 0 files: '],
    ],
  ]
  it.each(THERE)('tells of %s', async (_, github, prepare, wanted) => {
    bench = await openBench({}, github)
    await prepare(bench.github.store)
    const lines = problems(await look(bench)).filter((line) => line.includes('releases:'))
    expect(lines.map((line) => line.replace(/http.*/, ''))).toEqual(wanted)
  })

  it('tells of a draft that an earlier run left, and refuses what a person added to it', async () => {
    bench = await openBench()
    await bench.publish('draft')
    const id = bench.github.store.releases[0]?.id ?? 0
    const { store } = bench.github
    await store.fill(
      store.begin(id, 'screenshot.png', null, 'image/png'),
      ReadableStream.from([new Uint8Array(3)]),
      false,
    )
    expect(problems(await look(bench)).map((line) => line.replace(/: http.*/, ''))).toEqual([
      'notice releases: an earlier run left a draft of v1.5.0 with 9 files',
      'refused releases: the draft of v1.5.0 holds screenshot.png, which is not promised',
      UNKNOWN,
    ])
  })

  const PLANS: readonly (readonly [string, DistWishes, string])[] = [
    ['a trial', { trial: true }, 'it is a trial'],
    ['made from files', { plan: { checkout: { kind: 'files', project: '' } } }, 'not made from git alone'],
    ['with a name that GitHub changes', { files: { 'demo~1.deb': 'x' } }, 'show demo~1.deb under another name'],
    [
      'of more files than a release takes',
      { plan: { formats: [{ name: 'files', needs: [], config: {}, outputs: manyOutputs(999) }] } },
      'GitHub takes 1000 files, these are 1001',
    ],
  ]
  it.each(PLANS)('refuses a plan %s', async (_, wishes, wanted) => {
    bench = await openBench(wishes)
    expect(problems(await look(bench)).join('\n')).toContain(wanted)
  })

  it('names everything that stands in the way at once', async () => {
    bench = await openBench({ trial: true }, { tags: { 'v1.5.0': 'f'.repeat(40) }, traits: { archived: true } })
    expect((await look(bench)).findings.filter(({ level }) => level === 'refused').map(({ about }) => about)).toEqual([
      'plan',
      'repository',
      'tag',
    ])
  })
})

function manyOutputs(count: number): ReturnType<typeof planOf>['formats'][number]['outputs'] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'file',
    name: `demo-${index}.zip`,
    mediaType: 'application/zip',
    carries: 'none',
  }))
}

it('is what publish itself begins with: it names tag and repository at once', async () => {
  bench = await openBench({}, { tags: { 'v1.5.0': `${COMMIT.slice(1)}f` }, traits: { archived: true } })
  const failure = await bench.publish().catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'PUBLISH_REFUSED' })
  expect(String(failure)).toMatch(/archived[\s\S]*points at/)
  expect(bench.github.store.releases).toEqual([])
})
