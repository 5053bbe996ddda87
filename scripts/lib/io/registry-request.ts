import type { Readable } from 'node:stream'
import { attempt, type Patience, RequestFailure } from './attempts.ts'
import { interrupted } from './interrupt.ts'
import { answerChallenge, type Login, loginFor, parseChallenge } from './registry-login.ts'

/** One repository of a registry as its requests see it; `authorization` is learnt from its challenges. */
export interface Client {
  readonly base: string
  readonly name: string
  readonly login: Login
  readonly patience: Patience
  authorization: string | undefined
}

/** One request to a repository. */
export interface Request {
  readonly path: string // below the repository, or a whole URL that the registry gave
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  body?(): Uint8Array | Readable
}

/** Opens `host[:port]/path`; anonymously, or with the login that this machine has for the host. */
export async function openClient(name: string, patience: Patience, who: 'anonymous' | 'login'): Promise<Client> {
  const [host = '', ...path] = name.split('/')
  return {
    base: `${isLoopback(host) ? 'http' : 'https'}://${ALIASES[host] ?? host}/v2/${path.join('/')}`,
    name,
    login: who === 'login' ? await loginFor(host) : undefined,
    patience,
    authorization: undefined,
  }
}

// Docker Hub's images are named after another host than the one that serves them
const ALIASES: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

// Docker's own rule: a registry on this machine speaks plain HTTP.
function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host)
}

/** Asks with repetitions; undefined for 404, which is an answer here. */
export async function ask(client: Client, request: Request): Promise<Response | undefined> {
  return attempt(client.name, client.patience, () => askOnce(client, request))
}

/** Asks once; undefined for 404. */
export async function askOnce(client: Client, request: Request): Promise<Response | undefined> {
  const response = await send(client, request)
  if (response.status === 404) return undefined
  if (response.ok) return response
  await response.body?.cancel()
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
  throw new RequestFailure(whatOf(client, request), response.status, [], Number.isNaN(wait) ? undefined : wait)
}

async function send(client: Client, request: Request): Promise<Response> {
  const first = await sendOnce(client, request)
  if (first.status !== 401) return first
  const challenge = parseChallenge(first.headers.get('www-authenticate'))
  await first.body?.cancel()
  const answer =
    challenge === undefined ? undefined : await answerChallenge(challenge, client.login).catch(() => undefined)
  if (answer === undefined) return first
  client.authorization = answer
  return sendOnce(client, request)
}

async function sendOnce(client: Client, request: Request): Promise<Response> {
  const { path, method, headers = {}, body } = request
  const url = new URL(path.startsWith('/') ? `${client.base}${path}` : path)
  const known = url.origin === new URL(client.base).origin ? client.authorization : undefined
  const authorization = known === undefined ? {} : { authorization: known }
  try {
    return await fetch(url, {
      method,
      headers: { ...headers, ...authorization },
      signal: interrupted,
      ...(body === undefined ? {} : { body: body(), duplex: 'half' as const }),
    })
  } catch (failure) {
    if (interrupted.aborted) throw failure
    throw new RequestFailure(whatOf(client, request), 0)
  }
}

/** The bytes of an answer; a connection that breaks in the middle is no answer. */
export async function* bodyOf(
  client: Client,
  request: Request,
  response: Response | undefined,
): AsyncIterable<Uint8Array> {
  try {
    yield* response?.body ?? []
  } catch (failure) {
    if (interrupted.aborted) throw failure
    throw new RequestFailure(whatOf(client, request), 0)
  }
}

function whatOf({ name }: Client, { method }: Request): string {
  return `${method === 'GET' || method === 'HEAD' ? 'reading from' : 'pushing to'} ${name}`
}

/** The failure of an answer whose bytes are not those of its digest. */
export function otherBytes({ name }: Client): RequestFailure {
  return new RequestFailure(`reading from ${name}`, 200, ['other_bytes'])
}
