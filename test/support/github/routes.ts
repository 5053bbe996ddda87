import { createReadStream } from 'node:fs'
import type { FaultKind, Operation } from './faults.ts'
import { Refusal } from './refusal.ts'
import type { ReleaseFields, Store, StoredRelease } from './store.ts'
import { type Site, wireAsset, wireRef, wireRelease, wireRepository, wireTag } from './wire.ts'

/** A request that found its route. */
export interface Asked {
  readonly site: Site
  readonly store: Store
  readonly params: readonly string[] // what the route's groups matched
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly authorised: boolean
  readonly fault: FaultKind | undefined
  readonly body: AsyncIterable<Uint8Array>
  json(): Promise<object>
}

/** What is answered. */
export interface Answer {
  readonly status: number
  readonly json?: unknown
  readonly bytes?: AsyncIterable<Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
}

/** One operation of the interface; `path` follows `/repos/OWNER/NAME`. */
export interface Route {
  readonly operation: Operation
  readonly method: string
  readonly host: 'api' | 'uploads'
  readonly path: RegExp
  answer(asked: Asked): Promise<Answer>
}

const found = (json: unknown): Answer => ({ status: 200, json })

/** Everything the stand-in can do, as GitHub's REST documentation names it. */
export const routes: readonly Route[] = [
  {
    operation: 'repository',
    method: 'GET',
    host: 'api',
    path: /^$/,
    answer: async ({ site, store: { traits }, authorised }) => ({
      status: 200,
      json: wireRepository(site, traits, authorised),
      headers: {
        'x-ratelimit-limit': '1000',
        'x-ratelimit-remaining': String(traits.remaining ?? 999),
        'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1800),
        ...(traits.scopes === undefined ? {} : { 'x-oauth-scopes': traits.scopes }),
        ...(traits.tokenExpires === undefined ? {} : { 'github-authentication-token-expiration': traits.tokenExpires }),
        ...(traits.date === undefined ? {} : { date: traits.date }),
      },
    }),
  },
  {
    operation: 'immutable-releases',
    method: 'GET',
    host: 'api',
    path: /^\/immutable-releases$/,
    async answer({ store: { traits, frozen } }) {
      if (traits.administrator !== true || !frozen) throw new Refusal(404, 'Not Found')
      return found({ enabled: true, enforced_by_owner: false })
    },
  },
  {
    operation: 'read-tag',
    method: 'GET',
    host: 'api',
    path: /^\/git\/ref\/tags\/(.+)$/,
    async answer({ site, store, params: [tag = ''] }) {
      const sha = store.tags.get(tag)
      if (sha === undefined) throw new Refusal(404, 'Not Found')
      return found(wireRef(site, tag, sha, store.annotated(sha) !== undefined))
    },
  },
  {
    operation: 'read-tag',
    method: 'GET',
    host: 'api',
    path: /^\/git\/tags\/([0-9a-f]{40})$/,
    async answer({ site, store, params: [sha = ''] }) {
      const commit = store.annotated(sha)
      if (commit === undefined) throw new Refusal(404, 'Not Found')
      return found(wireTag(site, sha, commit))
    },
  },
  {
    operation: 'list-releases',
    method: 'GET',
    host: 'api',
    path: /^\/releases$/,
    async answer(asked) {
      const releases = visible(asked)
      const listed = asked.fault === 'lag' ? releases.slice(1) : releases
      return paged(
        asked,
        listed.map((release) => wireRelease(asked.site, release)),
      )
    },
  },
  {
    operation: 'get-release',
    method: 'GET',
    host: 'api',
    path: /^\/releases\/tags\/(.+)$/,
    async answer({ site, store, params: [tag] }) {
      const release = store.releases.find((candidate) => candidate.tag === tag && !candidate.draft)
      if (release === undefined) throw new Refusal(404, 'Not Found')
      return found(wireRelease(site, release))
    },
  },
  {
    operation: 'get-release',
    method: 'GET',
    host: 'api',
    path: /^\/releases\/(\d+)$/,
    answer: async (asked) => found(wireRelease(asked.site, seen(asked))),
  },
  {
    operation: 'create-release',
    method: 'POST',
    host: 'api',
    path: /^\/releases$/,
    async answer(asked) {
      const release = asked.store.create((await asked.json()) as ReleaseFields)
      return { status: 201, json: wireRelease(asked.site, release) }
    },
  },
  {
    operation: 'update-release',
    method: 'PATCH',
    host: 'api',
    path: /^\/releases\/(\d+)$/,
    async answer(asked) {
      const release = asked.store.update(Number(asked.params[0]), (await asked.json()) as ReleaseFields)
      return found(wireRelease(asked.site, release))
    },
  },
  {
    operation: 'delete-release',
    method: 'DELETE',
    host: 'api',
    path: /^\/releases\/(\d+)$/,
    async answer({ store, params: [id] }) {
      store.remove(Number(id))
      return { status: 204 }
    },
  },
  {
    operation: 'list-assets',
    method: 'GET',
    host: 'api',
    path: /^\/releases\/(\d+)\/assets$/,
    async answer(asked) {
      const release = seen(asked)
      return paged(
        asked,
        release.assets.map((asset) => wireAsset(asked.site, release, asset)),
      )
    },
  },
  {
    operation: 'download-asset',
    method: 'GET',
    host: 'api',
    path: /^\/releases\/assets\/(\d+)$/,
    async answer(asked) {
      const { asset, release } = asked.store.asset(Number(asked.params[0]))
      if (asked.headers['accept'] !== 'application/octet-stream') return found(wireAsset(asked.site, release, asset))
      const headers = { 'content-type': asset.contentType, 'content-length': String(asset.size) }
      return { status: 200, headers, bytes: createReadStream(asked.store.path(asset.id)) }
    },
  },
  {
    operation: 'delete-asset',
    method: 'DELETE',
    host: 'api',
    path: /^\/releases\/assets\/(\d+)$/,
    async answer({ store, params: [id] }) {
      await store.removeAsset(Number(id))
      return { status: 204 }
    },
  },
  { operation: 'upload-asset', method: 'POST', host: 'uploads', path: /^\/releases\/(\d+)\/assets$/, answer: upload },
]

async function upload({ site, store, params: [id], query, headers, body, fault }: Asked): Promise<Answer> {
  const name = query.get('name')
  if (name === null || name === '') throw Refusal.invalid('ReleaseAsset', 'name', 'missing_field')
  if (headers['content-length'] === undefined || headers['content-length'] === '0') {
    throw new Refusal(400, 'Bad Content-Length')
  }
  const contentType = headers['content-type']
  if (typeof contentType !== 'string') throw new Refusal(400, 'Bad Content-Type')
  const asset = store.begin(Number(id), name, query.get('label'), contentType)
  if (fault === 'bad-gateway-starter') {
    for await (const _ of body);
    throw new Refusal(502, 'Server Error')
  }
  try {
    await store.fill(asset, body, fault === 'truncated')
  } catch (broken) {
    if (fault === 'reset') store.forget(asset) // GitHub leaves nothing, or a `starter`
    throw broken
  }
  return { status: 201, json: wireAsset(site, store.release(Number(id)), asset) }
}

/** Drafts are shown to those who may write only. */
function visible({ store, authorised }: Asked): readonly StoredRelease[] {
  return store.releases.filter((release) => authorised || !release.draft)
}

function seen(asked: Asked): StoredRelease {
  const release = visible(asked).find(({ id }) => id === Number(asked.params[0]))
  if (release === undefined) throw new Refusal(404, 'Not Found')
  return release
}

// https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
function paged({ query, site, params }: Asked, all: readonly unknown[]): Answer {
  const size = Math.min(100, Number(query.get('per_page') ?? 30))
  const page = Number(query.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(all.length / size))
  const path = params[0] === undefined ? '/releases' : `/releases/${params[0]}/assets`
  const link = (number: number, rel: string): string =>
    `<${site.api}/repos/${site.repository}${path}?per_page=${size}&page=${number}>; rel="${rel}"`
  const headers = page < last ? { link: [link(page + 1, 'next'), link(last, 'last')].join(', ') } : {}
  return { status: 200, json: all.slice((page - 1) * size, page * size), headers }
}
