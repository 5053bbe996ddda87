import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { ReleaseError } from '../../scripts/lib/core/error.ts'
import { type RehearsalStep, rehearsalSteps } from '../../scripts/lib/core/rehearsal.ts'
import type { StaticListing } from '../../scripts/lib/core/stages.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { runAfterUpgrade } from '../../scripts/rehearse/after-upgrade.ts'
import { runBlackBox } from '../../scripts/rehearse/black-box.ts'
import { PageSaid } from '../../scripts/rehearse/step-failure.ts'
import { type Faults, startTinyApp, staticFiles, type TinyApp } from './tiny-app.ts'

const listing: StaticListing = {
  schema: 1,
  bundle: [],
  collected: Object.entries(staticFiles).map(([path, text]) => {
    const sha256 = createHash('sha256').update(text).digest('hex')
    return { path, mode: 0o644, size: text.length, sha256 }
  }),
}

const account = { username: 'ada', password: 'correct-horse' }
const steps: readonly RehearsalStep[] = rehearsalSteps.parse([
  { ready: { page: '/ready', seconds: 1 } },
  { 'first-admin': { page: '/setup', ...account } },
  { login: { page: '/login', ...account } },
  { upload: { page: '/files/new', field: 'file', name: 'hello.txt', content: 'hello' } },
  { submit: { page: '/notes/new', fields: { title: 'Safe', secret: 'a < b & c' } } },
  { static: 'app/site.css' },
  { static: 'all' },
  { restart: {} },
  { contains: { page: '/notes', text: 'a < b & c' } },
  { page: { path: '/nowhere', status: 404, contains: 'Not Found' } },
])

let app: TinyApp | undefined
afterEach(() => app?.stop())

async function play(faults: Faults, played: readonly RehearsalStep[] = steps): Promise<ReleaseError | undefined> {
  app = await startTinyApp(faults)
  return failureOf(runBlackBox(played, app, listing, silentReport))
}

function failureOf(run: Promise<unknown>): Promise<ReleaseError | undefined> {
  return run.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof ReleaseError) return error
      throw error
    },
  )
}

/** The message, and the first lines of the page below it. */
function told(error: ReleaseError | undefined): [string | undefined, string | undefined] {
  return [error?.message, error?.cause instanceof PageSaid ? error.cause.message : undefined]
}

describe('the black-box script', () => {
  it('passes all of its steps on an application that works', async () => {
    expect(await play({})).toBeUndefined()
    expect(app?.requests).toContain('GET /static/app/site.1a2b.css')
    expect(app?.requests.filter((request) => request === 'GET /files/hello.txt')).toHaveLength(2) // and after the restart
  })

  it('asks no proxy, whatever the environment says', async () => {
    process.env['NODE_USE_ENV_PROXY'] = '1'
    process.env['http_proxy'] = 'http://127.0.0.1:9'
    try {
      expect(await play({})).toBeUndefined()
    } finally {
      delete process.env['NODE_USE_ENV_PROXY']
      delete process.env['http_proxy']
    }
  })

  it.each<[string, Faults, string, string | undefined]>([
    [
      'an error page names the step, the status and what the page said',
      { brokenNotes: true },
      'step 3, login /login: expected the form to be taken, but /notes answered 500',
      'x Server Error manifest.json has no entry for en',
    ],
    [
      'a page that never gets ready is waited for, then told',
      { silentAfterRestart: true },
      'step 8, restart: expected /ready to answer 200 in 1 seconds, but /ready answered 503',
      '1 migrations are not applied',
    ],
    [
      'data that a restart loses is missed without being asked for',
      { forgetsAtRestart: true },
      'step 8, restart: expected "hello.txt" to be there after the restart, but /files answered 200',
      '',
    ],
    [
      'other bytes under a hashed name are found',
      { otherStaticBytes: true },
      'step 6, static app/site.css: expected the bytes of static.json at /static/app/site.1a2b.css (status 200), but /static/app/site.1a2b.css answered 200',
      'body {}',
    ],
    [
      'a login that only https could keep is no login',
      { secureCookie: true },
      'step 3, login /login: expected the form to be taken, but /login answered 200 with the form again',
      'DE in',
    ],
    [
      'a redirect to another host is not followed',
      { redirectsAway: true },
      'step 2, first-admin /setup: expected an answer, but was sent to https://satchel.example, which is not this installation',
      undefined,
    ],
  ])('%s', async (_name, faults, message, said) => {
    const error = await play(faults)
    expect(error?.code).toBe('REHEARSAL_FAILED')
    expect(told(error)).toEqual([message, said])
  })

  it('says that a form came back, with what it said', async () => {
    const wrong = { login: { page: '/login', ...account, password: 'forgotten' } }
    expect(told(await play({}, [...steps.slice(0, 2), wrong]))).toEqual([
      'step 3, login /login: expected the form to be taken, but /login answered 200 with the form again',
      'DE Wrong password in',
    ])
  })

  it('names the forms of a page that lacks the one it needs', async () => {
    const other = { submit: { page: '/notes/new', fields: { headline: 'x' } } }
    expect((await play({}, [other]))?.message).toBe(
      'step 1, submit /notes/new: expected a form with headline on /notes/new; its forms: (language) (csrf, title, secret), but /notes/new answered 200',
    )
  })

  it('tells a server that is not there by its silence', async () => {
    app = await startTinyApp()
    const gone = { ...app, url: 'http://127.0.0.1:9' }
    await expect(runBlackBox([{ contains: { page: '/', text: 'x' } }], gone, listing, silentReport)).rejects.toThrow(
      'step 1, contains /: expected an answer, but / did not answer (ECONNREFUSED)',
    )
  })

  it('refuses a static file that static.json does not know', async () => {
    expect((await play({}, [{ static: 'app/other.css' }]))?.message).toContain('there is no such file')
  })
})

describe('after an upgrade, the black-box script', () => {
  const without = (name: string): StaticListing => ({
    ...listing,
    collected: listing.collected.filter(({ path }) => path !== name),
  })
  const before = steps.filter((step) => !('restart' in step))

  /** The release of before, which had one static file more, is replaced by one that does what its faults say. */
  async function upgrade(faults: Faults, later: StaticListing = listing): Promise<ReleaseError | undefined> {
    app = await startTinyApp(faults)
    const former = [
      ...listing.collected,
      { path: 'app/old.css', mode: 0o644, size: 1, sha256: 'f'.repeat(64) },
    ] as const
    const played = before.filter((step) => step.static !== 'all')
    const visit = await runBlackBox(played, app, { ...listing, collected: former }, silentReport)
    await app.restart()
    app.requests.length = 0
    return failureOf(runAfterUpgrade(visit, steps, later))
  }

  it('looks without changing anything: at what was left, by the old session and a new one, and at the new static files', async () => {
    expect(await upgrade({})).toBeUndefined()
    expect(app?.requests.filter((request) => request.startsWith('POST'))).toEqual(['POST /login'])
    expect(app?.requests.filter((request) => request === 'GET /files/hello.txt')).toHaveLength(2)
    expect(app?.requests).toContain('GET /static/app/old.css')
  })

  it('misses data that the upgrade lost', async () => {
    expect((await upgrade({ forgetsAtRestart: true }))?.message).toBe(
      'after the upgrade, what was there before: expected "hello.txt" to be there after the upgrade, but /files answered 200',
    )
  })

  it('finds a static file of before that is still served', async () => {
    expect((await upgrade({}, without('app/site.1a2b.css')))?.message).toBe(
      'after the upgrade, static files of before: expected /static/app/site.1a2b.css, which this release lacks, to answer 404, but /static/app/site.1a2b.css answered 200',
    )
  })
})

describe('the steps of slipway.yaml', () => {
  it.each([
    ['a step without a kind', [{}], 'must have exactly one key'],
    ['a step of two kinds', [{ ready: '/', static: 'all' }], 'must have exactly one key'],
    ['an unknown kind', [{ redy: '/' }], 'Unrecognized key'],
    ['a page that is no path', [{ contains: { page: 'notes', text: 'x' } }], 'must begin with /'],
  ])('%s is refused', (_name, value, message) => {
    expect(rehearsalSteps.safeParse(value).error?.issues.map((issue) => issue.message)).toEqual([
      expect.stringContaining(message),
    ])
  })
})
