import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { StoredImage } from './registry-image.ts'

/** What was asked, in order: by whom and with which Authorization. */
export interface Asked {
  readonly server: 'registry' | 'token' | 'storage'
  readonly url: string
  readonly authorization: string | undefined
  readonly accept: string | undefined
}

export interface TokenRegistryOptions {
  readonly image: StoredImage
  readonly tag?: string
  /** `user:password` without which no token is given. */
  readonly login?: string
  /** Changes an answer: true when it was given. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean
}

export interface TokenRegistry {
  readonly host: string
  readonly asked: Asked[]
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A registry as Docker Hub is one: tokens come from a second server, blobs by redirection from a third. */
export async function tokenRegistry({ image, tag = '1', login, answer }: TokenRegistryOptions): Promise<TokenRegistry> {
  const asked: Asked[] = []
  const note = (server: Asked['server'], { url = '', headers }: IncomingMessage): void => {
    asked.push({ server, url, authorization: headers.authorization, accept: headers.accept })
  }
  const token = createServer((request, response) => {
    note('token', request)
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`
    if (request.headers.authorization !== expected) return void response.writeHead(401).end()
    response.end(JSON.stringify({ access_token: 'secret-token', expires_in: 300 }))
  })
  const storage = createServer((request, response) => {
    note('storage', request)
    const bytes = image.blobs.get((request.url ?? '').slice(1))
    // As S3 does with an address that is signed already
    if (request.headers.authorization !== undefined) return void response.writeHead(400).end()
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes)
  })
  const tokenHost = await listen(token)
  const storageHost = (await listen(storage)).replace('127.0.0.1', 'localhost')
  const registry = createServer((request, response) => {
    note('registry', request)
    if (answer?.(request, response) === true) return
    if (request.headers.authorization !== 'Bearer secret-token') {
      const challenge = `Bearer realm="http://${tokenHost}/token",service="registry.test",scope="repository:team/base:pull"`
      return void response.writeHead(401, { 'www-authenticate': challenge }).end()
    }
    const [, kind, reference = ''] = /^\/v2\/team\/base\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? []
    if (kind === 'blobs') return void response.writeHead(307, { location: `http://${storageHost}/${reference}` }).end()
    const digest = reference === tag ? image.digest : reference
    const manifest = image.manifests.get(digest)
    if (manifest === undefined) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': manifest.mediaType, 'docker-content-digest': digest }).end(manifest.bytes)
  })
  return { host: await listen(registry), asked }
}
