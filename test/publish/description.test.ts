import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Exchange } from '../../scripts/publish/simulate/handle.ts'
import { type StandIn, startGithub } from '../../scripts/publish/simulate/server.ts'
import { type Checker, DEVIATIONS, openDescription } from '../support/openapi.ts'
import { openBench, TOKEN } from '../support/publishing.ts'

let check: Checker
beforeAll(async () => {
  check = await openDescription()
}, 120_000)

/** A listing of releases as the stand-in answers it. */
const LISTING: Exchange = {
  host: 'api',
  method: 'GET',
  path: '/repos/demo/demo/releases',
  query: { per_page: '100' },
  headers: {},
  sent: undefined,
  status: 200,
  answered: [],
}
const CREATION: Exchange = {
  ...LISTING,
  method: 'POST',
  query: {},
  sent: { tag_name: 'v1.5.0', draft: true },
  status: 502,
  answered: {},
}
const UPLOAD: Exchange = {
  ...CREATION,
  host: 'uploads',
  path: '/repos/demo/demo/releases/7/assets',
  query: { name: 'demo.deb' },
  headers: { 'content-type': 'application/vnd.debian.binary-package' },
  sent: undefined,
}

describe("GitHub's own description of its interface", () => {
  it.each([LISTING, CREATION, UPLOAD])('finds nothing in $method $path', (exchange) => {
    expect(check(exchange)).toEqual([])
  })

  it.each([
    ['a path that is none', { ...LISTING, path: '/repos/demo/demo/release' }, 'no operation'],
    ['a method that is none', { ...LISTING, method: 'PUT' }, 'no operation'],
    [
      'an unknown parameter',
      { ...LISTING, query: { size: '9' } },
      'repos/list-releases sent the unknown query parameter',
    ],
    ['a parameter of another type', { ...LISTING, query: { per_page: 'all' } }, 'sent per_page: / must be integer'],
    ['a missing parameter', { ...UPLOAD, query: {} }, 'lacks the query parameter name'],
    ['an upload of an unknown kind', { ...UPLOAD, headers: {} }, 'sent bytes without a Content-Type'],
    ['an unknown field', { ...CREATION, sent: { tag_name: 'v1', tag: 'v1' } }, 'sent the unknown field tag'],
    ['a field of another type', { ...CREATION, sent: { tag_name: 'v1', draft: 'no' } }, 'sent /draft must be boolean'],
    ['a missing field', { ...CREATION, sent: {} }, "must have required property 'tag_name'"],
    ['a status that is not declared', { ...LISTING, status: 206 }, 'answered with the undeclared status 206'],
    [
      'an answer without its fields',
      { ...LISTING, answered: [{ id: 1 }] },
      "answered /0 must have required property 'url'",
    ],
  ] as const)('tells %s', (_, exchange, finding) => {
    expect(check(exchange).join('\n')).toContain(finding)
  })

  it('is deviated from with a source each time', () => {
    expect(DEVIATIONS.map(({ source }) => source).filter((source) => !source.startsWith('https://'))).toEqual([])
  })

  it('fails a bench whose stand-in answers otherwise', async () => {
    const bench = await openBench()
    bench.github.store.create({ tag_name: 'v1.0.0', draft: false, body: 1 as never })
    await bench.publish('draft')
    await expect(bench.close()).rejects.toMatchObject({
      actual: expect.stringContaining('answered /0/body must be string'),
    })
  })
})

describe('a stranger at the stand-in', () => {
  let github: StandIn
  const found: string[] = []
  beforeAll(async () => {
    const onExchange = (exchange: Exchange): void => void found.push(...check(exchange))
    github = await startGithub({ dir: '/nowhere', repository: 'demo/demo', token: TOKEN, tags: {}, onExchange })
    github.store.create({ tag_name: 'v1.0.0', draft: false })
    github.store.create({ tag_name: 'v1.1.0', draft: true })
  })
  afterAll(() => github.close())

  const ask = (path: string, method = 'GET'): Promise<Response> =>
    fetch(`${github.apiUrl}/repos/demo/demo${path}`, { method })

  it('sees what is public and no draft, and may write nothing, as GitHub describes it', async () => {
    const listed = (await (await ask('/releases')).json()) as readonly { tag_name: string }[]
    expect(listed.map(({ tag_name }) => tag_name)).toEqual(['v1.0.0'])
    expect((await ask('/releases/tags/v1.0.0')).status).toBe(200)
    expect((await ask('/releases/tags/v1.1.0')).status).toBe(404)
    expect((await ask('/releases/1001', 'DELETE')).status).toBe(401)
    expect(github.store.releases).toHaveLength(2)
    expect(found).toEqual([])
  })
})
