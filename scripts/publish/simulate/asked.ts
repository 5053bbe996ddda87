import type { FaultKind, Operation } from './faults.ts'
import { Refusal } from './refusal.ts'
import type { Store } from './store.ts'
import type { StoredRelease } from './stored.ts'
import type { Site } from './wire.ts'

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

/** Drafts are shown to those who may write only. */
export function visible({ store, authorised }: Asked): readonly StoredRelease[] {
  return store.releases.filter((release) => authorised || !release.draft)
}

/** The release that a route's first group names, where it may be seen. */
export function seen(asked: Asked): StoredRelease {
  const release = visible(asked).find(({ id }) => id === Number(asked.params[0]))
  if (release === undefined) throw new Refusal(404, 'Not Found')
  return release
}

// https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
/** One page of a listing, with the link to the next. */
export function paged({ query, site, params }: Asked, all: readonly unknown[]): Answer {
  const size = Math.min(100, Number(query.get('per_page') ?? 30))
  const page = Number(query.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(all.length / size))
  const path = params[0] === undefined ? '/releases' : `/releases/${params[0]}/assets`
  const link = (number: number, rel: string): string =>
    `<${site.api}/repos/${site.repository}${path}?per_page=${size}&page=${number}>; rel="${rel}"`
  const headers = page < last ? { link: [link(page + 1, 'next'), link(last, 'last')].join(', ') } : {}
  return { status: 200, json: all.slice((page - 1) * size, page * size), headers }
}
