import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { type Fault, type FaultKind, type Operation, Schedule } from './faults.ts'
import { Refusal } from './refusal.ts'
import { type Answer, type Asked, type Route, routes } from './routes.ts'
import { Store, type StoreOptions } from './store.ts'
import type { Site } from './wire.ts'

/** How a stand-in is set up. */
export interface StandInOptions extends StoreOptions {
  readonly repository: string // owner/name
  readonly token: string
  readonly faults?: readonly Fault[]
}

/** One request as it was answered; status 0: the connection was broken or left hanging. */
export interface Logged {
  readonly operation: Operation
  readonly status: number
}

/** A stand-in for GitHub on loopback: the interface on one port, uploads on another, as GitHub has two hosts. */
export interface StandIn {
  readonly apiUrl: string
  readonly store: Store
  readonly log: readonly Logged[]
  /** From now on these faults; counting begins anew. */
  schedule(faults: readonly Fault[]): void
  /** Planned faults that have not come about. */
  unspent(): readonly Fault[]
  /** Resolves when an upload stalls. */
  stalled(): Promise<void>
  close(): Promise<void>
}

const RETRY_AFTER = 7 // seconds that the secondary limit asks for

/** Starts a stand-in; close() it. */
export async function startGithub(options: StandInOptions): Promise<StandIn> {
  const store = new Store(options)
  const log: Logged[] = []
  const stall = Promise.withResolvers<void>()
  let schedule = new Schedule(options.faults ?? [])
  let site: Site = { api: '', uploads: '', repository: options.repository }
  const serve = (host: Route['host']) =>
    createServer(async (request, response) => {
      const world = { host, options, site, store, schedule, log, onStall: () => stall.resolve() }
      await handle(world, request, response).catch(() => request.destroy())
    })
  const [api, uploads] = await Promise.all([listen(serve('api')), listen(serve('uploads'))])
  site = { ...site, api: `${urlOf(api)}/api/v3`, uploads: urlOf(uploads) }
  return {
    apiUrl: site.api,
    store,
    log,
    schedule(faults) {
      schedule = new Schedule(faults)
    },
    unspent: () => schedule.unspent,
    stalled: () => stall.promise,
    async close() {
      for (const server of [api, uploads]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

interface World {
  readonly host: Route['host']
  readonly options: StandInOptions
  readonly site: Site
  readonly store: Store
  readonly schedule: Schedule
  readonly log: Logged[]
  onStall(): void
}

async function handle(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stand-in')
  const path = decodeURIComponent(url.pathname).replace(/^\/api\/v3/, '')
  const prefix = `/repos/${world.options.repository}`
  const route = routes.find(
    ({ host, method, path: pattern }) =>
      host === world.host &&
      method === request.method &&
      path.startsWith(prefix) &&
      pattern.test(path.slice(prefix.length)),
  )
  if (route === undefined) return send(response, new Refusal(404, 'Not Found'))
  const params = route.path.exec(path.slice(prefix.length))?.slice(1) ?? []
  const fault = world.schedule.next(route.operation)
  const asked: Asked = {
    site: world.site,
    store: world.store,
    params,
    query: url.searchParams,
    headers: request.headers,
    authorised: isAuthorised(world, request),
    fault,
    body: fault === 'reset' || fault === 'stall' ? broken(world, request, fault) : request,
    json: () => readJson(request),
  }
  const entry = { operation: route.operation, status: 0 }
  world.log.push(entry)
  const answer = await answerOf(route, asked, request)
  entry.status = answer.status
  await send(response, answer)
}

async function answerOf(route: Route, asked: Asked, request: IncomingMessage): Promise<Answer | Refusal> {
  const { fault } = asked
  try {
    assertAllowed(asked, request)
    const before = fault === undefined ? undefined : REFUSED[fault]?.()
    if (before !== undefined) {
      for await (const _ of request);
      return before
    }
    if (fault === 'reset' && route.operation !== 'upload-asset') throw new Error('reset')
    const answer = await route.answer(asked)
    return fault === 'landed-but-504' ? new Refusal(504, 'Gateway Timeout') : answer
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (!request.complete) for await (const _ of request);
    return error
  }
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

async function listen(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
