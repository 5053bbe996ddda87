import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface StoredSecret {
  metadata: { name: string; resourceVersion: string; labels?: Record<string, string> }
  data?: Record<string, string>
}

export interface ApiServer {
  readonly url: string
  readonly secrets: Map<string, StoredSecret> // namespace/name
  readonly requests: string[]
  /** Called before each request is answered; a number answers with that status instead. */
  before: (method: string, body: string) => number | undefined
}

/** As much of the API server as Secrets need: 404, 409 on a name or version that moved on, merge patches, a bearer token. */
export async function startApiServer(tls?: { readonly key: string; readonly cert: string }): Promise<ApiServer> {
  const secrets = new Map<string, StoredSecret>()
  const requests: string[] = []
  let version = 1
  const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response)
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener)
  const api: ApiServer = { url: '', secrets, requests, before: () => undefined }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, value] = reply(request, await text(request))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }

  function reply(request: IncomingMessage, body: string): [number, object] {
    const { method = '', url = '', headers } = request
    requests.push(`${method} ${url}`)
    const forced = api.before(method, body)
    if (forced !== undefined) return [forced, { message: `forced ${forced}` }]
    if (headers.authorization !== 'Bearer account-token') return [401, { message: 'Unauthorized' }]
    const [, namespace, name] = url.match(/^\/api\/v1\/namespaces\/([^/]+)\/secrets(?:\/(.+))?$/) ?? []
    if (method === 'POST') return create(namespace ?? '', JSON.parse(body) as StoredSecret)
    const secret = secrets.get(`${namespace}/${name}`)
    if (secret === undefined) return [404, { message: 'not found' }]
    if (method === 'GET') return [200, secret]
    if (headers['content-type'] !== 'application/merge-patch+json') return [415, { message: 'media type' }]
    return patch(secret, JSON.parse(body) as StoredSecret)
  }

  function create(namespace: string, secret: StoredSecret): [number, object] {
    const key = `${namespace}/${secret.metadata.name}`
    if (secrets.has(key)) return [409, { message: 'already exists' }]
    secret.metadata.resourceVersion = String(version++)
    secrets.set(key, secret)
    return [201, secret]
  }

  function patch(secret: StoredSecret, change: StoredSecret): [number, object] {
    if (change.metadata.resourceVersion !== secret.metadata.resourceVersion) return [409, { message: 'conflict' }]
    secret.data = { ...secret.data, ...change.data }
    secret.metadata.resourceVersion = String(version++)
    return [200, secret]
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return Object.assign(api, {
    url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
  })
}
