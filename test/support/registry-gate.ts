import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the gate treats those who come. */
export interface GateRules {
  readonly login: string // user:password that may do everything
  readonly strangersPull: boolean
  /** Requests, as `METHOD path`, that are answered by 502 the first time, although the registry may have done them. */
  readonly brokenOnce?: readonly RegExp[]
}

/** A registry behind tokens, as ghcr.io is: 401 with a challenge, a token for a scope, then the real registry. */
export interface Gate {
  readonly host: string
  readonly scopes: readonly string[] // that tokens were asked for
  close(): Promise<void>
}

/** Opens a gate before `registry` (host:port). */
export async function openGate(registry: string, rules: GateRules): Promise<Gate> {
  const scopes: string[] = []
  const broken = new Set(rules.brokenOnce)
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    if (url.pathname === '/token') {
      scopes.push(...url.searchParams.getAll('scope'))
      return giveToken(rules, request, url, response)
    }
    const needed = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'push'
    if (!mayPass(request, needed)) return challenge(request, url, needed, response)
    const hit = [...broken].find((pattern) => pattern.test(`${request.method} ${url.pathname}`))
    if (hit !== undefined) broken.delete(hit)
    pass(registry, request, response, hit !== undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    scopes,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function giveToken(rules: GateRules, { headers }: IncomingMessage, url: URL, response: ServerResponse): void {
  const known = headers.authorization === `Basic ${Buffer.from(rules.login).toString('base64')}`
  const asked = url.searchParams.get('scope')?.split(':').at(-1)?.split(',') ?? []
  const granted = known ? asked : asked.filter((right) => right === 'pull' && rules.strangersPull)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ token: `may-${granted.join('-')}` }))
}

function mayPass({ headers }: IncomingMessage, needed: string): boolean {
  return headers.authorization?.startsWith('Bearer may-') === true && headers.authorization.split('-').includes(needed)
}

function challenge(request: IncomingMessage, url: URL, needed: string, response: ServerResponse): void {
  const [, name] = /^\/v2\/(.+?)\/(?:blobs|manifests|tags)\//.exec(url.pathname) ?? []
  const rights = needed === 'push' ? 'pull,push' : 'pull'
  const realm = `Bearer realm="http://${request.headers.host}/token",service="gate",scope="repository:${name}:${rights}"`
  request.resume()
  request.on('end', () => response.writeHead(401, { 'www-authenticate': realm }).end())
}

function pass(registry: string, request: IncomingMessage, response: ServerResponse, lost: boolean): void {
  const { authorization: _, ...headers } = request.headers
  const [hostname, port] = registry.split(':')
  const inner = forward({ hostname, port, path: request.url, method: request.method, headers }, (answer) => {
    if (lost) {
      answer.resume()
      response.writeHead(502).end()
      return
    }
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(response)
  })
  inner.on('error', () => response.destroy())
  request.pipe(inner)
}
