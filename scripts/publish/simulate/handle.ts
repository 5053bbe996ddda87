import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Answer, Asked, Route } from './asked.ts'
import type { Fault, FaultKind, Operation, Schedule } from './faults.ts'
import { Refusal } from './refusal.ts'
import { routes } from './routes.ts'
import type { Store } from './store.ts'
import type { StoreOptions } from './stored.ts'
import type { Site } from './wire.ts'

const RETRY_AFTER = 7 // seconds that the secondary limit asks for

/** How a stand-in is set up. */
export interface StandInOptions extends StoreOptions {
  readonly repository: string // owner/name
  readonly token: string
  readonly faults?: readonly Fault[]
  /** Called with each exchange, so that a test can hold it against GitHub's own description. */
  onExchange?(exchange: Exchange): void
}

/** A request and what was answered. */
export interface Exchange {
  readonly host: Route['host']
  readonly method: string
  readonly path: string // from `/repos` on
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly sent: unknown // JSON; undefined where none was read
  readonly status: number
  readonly answered: unknown // JSON; undefined where there is none
}

/** One request as it was answered; status 0: the connection was broken or left hanging. */
export interface Logged {
  readonly operation: Operation
  readonly status: number
}

/** What a request meets: the stand-in as it is set up now. */
export interface World {
  readonly host: Route['host']
  readonly options: StandInOptions
  readonly site: Site
  readonly store: Store
  readonly schedule: Schedule
  readonly log: Logged[]
  onStall(): void
}

/** Answers one request. */
export async function handle(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stand-in')
  const path = decodeURIComponent(url.pathname).replace(/^\/api\/v3/, '')
  const route = routeOf(world, request.method, path)
  if (route === undefined) return send(response, new Refusal(404, 'Not Found'))
  const params = route.path.exec(path.slice(prefixOf(world).length))?.slice(1) ?? []
  const fault = world.schedule.next(route.operation)
  let sent: Promise<object> | undefined
  const asked: Asked = {
    site: world.site,
    store: world.store,
    params,
    query: url.searchParams,
    headers: request.headers,
    authorised: isAuthorised(world, request),
    fault,
    body: fault === 'reset' || fault === 'stall' ? broken(world, request, fault) : request,
    json: () => {
      sent ??= readJson(request)
      return sent
    },
  }
  const entry = { operation: route.operation, status: 0 }
  world.log.push(entry)
  const answer = await answerOf(route, asked, request)
  entry.status = answer.status
  const { host, options } = world
  options.onExchange?.({
    host,
    method: route.method,
    path,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    sent: await sent,
    status: answer.status,
    answered: answer instanceof Refusal ? answer.body : answer.json,
  })
  await send(response, answer)
}

const prefixOf = ({ options }: World): string => `/repos/${options.repository}`

function routeOf(world: World, method: string | undefined, path: string): Route | undefined {
  const prefix = prefixOf(world)
  if (!path.startsWith(prefix)) return undefined
  const rest = path.slice(prefix.length)
  return routes.find((route) => route.host === world.host && route.method === method && route.path.test(rest))
}

async function answerOf(route: Route, asked: Asked, request: IncomingMessage): Promise<Answer | Refusal> {
  try {
    assertAllowed(asked, request)
    return await faulty(route, asked)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (!request.complete) for await (const _ of request);
    return error
  }
}

/** The answer of a route, or what the planned fault makes of it. */
async function faulty(route: Route, asked: Asked): Promise<Answer> {
  const { fault } = asked
  const before = fault === undefined ? undefined : REFUSED[fault]?.()
  if (before !== undefined) throw before
  if (fault === 'reset' && route.operation !== 'upload-asset') throw new Error('reset')
  const answer = await route.answer(asked)
  if (fault === 'landed-but-504') throw new Refusal(504, 'Gateway Timeout')
  return answer
}

const REFUSED: Readonly<Partial<Record<FaultKind, () => Refusal>>> = {
  'bad-gateway': () => new Refusal(502, 'Server Error'),
  'secondary-limit': () => Refusal.secondaryLimit(RETRY_AFTER),
  'not-found': () => new Refusal(404, 'Not Found'),
}

function isAuthorised({ options }: World, { headers }: IncomingMessage): boolean {
  return headers.authorization?.replace(/^(?:token|bearer) /i, '') === options.token
}

function assertAllowed({ authorised, headers }: Asked, { method }: IncomingMessage): void {
  if (headers['user-agent'] === undefined) throw new Refusal(403, 'Request forbidden by administrative rules.')
  if (authorised) return
  // Words of the request in an answer: a client must not show them to anybody.
  if (headers['authorization'] !== undefined)
    throw new Refusal(401, `Bad credentials: ${String(headers['authorization'])}`)
  if (method !== 'GET') throw new Refusal(401, 'Requires authentication')
}

/** A body of which half arrives: then the connection breaks, or nothing happens any more until the client goes. */
async function* broken(world: World, request: IncomingMessage, fault: FaultKind): AsyncIterable<Uint8Array> {
  const half = Number(request.headers['content-length'] ?? 0) / 2
  let seen = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    yield chunk
    seen += chunk.length
    if (seen >= half) break
  }
  if (fault === 'stall') {
    world.onStall()
    await new Promise((resolve) => request.socket.once('close', resolve))
  }
  throw new Error('the connection is gone')
}

async function readJson(request: IncomingMessage): Promise<object> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}

async function send(response: ServerResponse, answer: Answer | Refusal): Promise<void> {
  const json = answer instanceof Refusal ? answer.body : answer.json
  const bytes = answer instanceof Refusal ? undefined : answer.bytes
  response.writeHead(answer.status, {
    ...(json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...answer.headers,
  })
  if (bytes !== undefined) return pipeline(bytes, response)
  response.end(json === undefined ? undefined : JSON.stringify(json))
}
