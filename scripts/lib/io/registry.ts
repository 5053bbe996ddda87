import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { attempt, type Patience, RequestFailure } from './attempts.ts'
import { ask, askOnce, bodyOf, type Client, openClient, otherBytes, type Request } from './registry-request.ts'

/** Bytes that a registry keeps under their digest (`sha256:…`); opened anew for each attempt. */
export interface Blob {
  readonly digest: string
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

/** A manifest as it lies in a registry. */
export interface StoredManifest {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Uint8Array
}

/** One repository of a registry, by the OCI distribution specification; failures are RequestFailure. */
export interface Repository {
  /** Digest behind a tag or digest; undefined where there is none. */
  digestOf(reference: string): Promise<string | undefined>
  /** A manifest, its bytes compared with its digest; undefined where there is none. */
  manifest(reference: string): Promise<StoredManifest | undefined>
  /** Keeps a blob; one that is there already is not sent again. */
  pushBlob(blob: Blob): Promise<void>
  /** Keeps a manifest under its digest, or under a tag. */
  pushManifest(manifest: StoredManifest, tag?: string): Promise<void>
  /** Downloads a blob and compares its bytes with its digest. */
  pullBlob(digest: string): Promise<void>
  /** The bytes of a blob, for a caller that compares them with the digest; undefined where there is none. */
  openBlob(digest: string): Promise<AsyncIterable<Uint8Array> | undefined>
}

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Opens `host[:port]/path`; anonymously, or with the login that this machine has for the host. */
export async function openRepository(
  name: string,
  patience: Patience,
  who: 'anonymous' | 'login',
): Promise<Repository> {
  const client = await openClient(name, patience, who)
  return {
    digestOf: (reference) => digestOf(client, reference),
    manifest: (reference) => readManifest(client, reference),
    pushBlob: (blob) => pushBlob(client, blob),
    pushManifest: (manifest, tag) => pushManifest(client, manifest, tag),
    pullBlob: (digest) => pullBlob(client, digest),
    openBlob: (digest) => openBlob(client, digest),
  }
}

/** Splits `host/path:tag`. */
export function splitReference(reference: string): { readonly repository: string; readonly tag: string } {
  const colon = reference.lastIndexOf(':')
  return { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) }
}

function digestHeader(response: Response | undefined): string | undefined {
  return response?.headers.get('docker-content-digest') ?? undefined
}

async function digestOf(client: Client, reference: string): Promise<string | undefined> {
  const request: Request = { path: `/manifests/${reference}`, method: 'HEAD', headers: { accept: MANIFESTS } }
  return digestHeader(await ask(client, request))
}

async function readManifest(client: Client, reference: string): Promise<StoredManifest | undefined> {
  const request: Request = { path: `/manifests/${reference}`, method: 'GET', headers: { accept: MANIFESTS } }
  const response = await ask(client, request)
  if (response === undefined) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of bodyOf(client, request, response)) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  if (reference.startsWith('sha256:') && digest !== reference) throw otherBytes(client)
  return { mediaType: response.headers.get('content-type') ?? '', digest, bytes }
}

// Distribution specification, "POST then PUT": one body with its length; chunks are limited to 4 MiB by some registries.
async function pushBlob(client: Client, { digest, size, open }: Blob): Promise<void> {
  await attempt(`${client.name} ${digest.slice(7, 19)}`, client.patience, async () => {
    if ((await askOnce(client, { path: `/blobs/${digest}`, method: 'HEAD' })) !== undefined) return
    const started = await askOnce(client, {
      path: '/blobs/uploads/',
      method: 'POST',
      headers: { 'content-length': '0' },
    })
    const location = started?.headers.get('location')
    if (location === undefined || location === null) throw new RequestFailure(`pushing to ${client.name}`, 404)
    const target = new URL(location, client.base)
    target.searchParams.set('digest', digest)
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) }
    const body = (): Readable => Readable.from(open(), { objectMode: false })
    const kept = await askOnce(client, { path: target.href, method: 'PUT', headers, body })
    if (kept === undefined) throw new RequestFailure(`pushing to ${client.name}`, 404) // the session was lost
  })
}

async function pushManifest(client: Client, { mediaType, digest, bytes }: StoredManifest, tag?: string): Promise<void> {
  const headers = { 'content-type': mediaType, 'content-length': String(bytes.length) }
  const path = `/manifests/${tag ?? digest}`
  const response = await ask(client, { path, method: 'PUT', headers, body: () => bytes })
  if (response === undefined) throw new RequestFailure(`pushing to ${client.name}`, 404)
  const kept = digestHeader(response)
  if (kept !== undefined && kept !== digest) throw otherBytes(client)
}

async function pullBlob(client: Client, digest: string): Promise<void> {
  await attempt(client.name, client.patience, async () => {
    const request: Request = { path: `/blobs/${digest}`, method: 'GET' }
    const response = await askOnce(client, request)
    const hash = createHash('sha256')
    for await (const chunk of bodyOf(client, request, response)) hash.update(chunk)
    if (`sha256:${hash.digest('hex')}` !== digest) throw otherBytes(client)
  })
}

async function openBlob(client: Client, digest: string): Promise<AsyncIterable<Uint8Array> | undefined> {
  const request: Request = { path: `/blobs/${digest}`, method: 'GET' }
  const response = await ask(client, request)
  return response === undefined ? undefined : bodyOf(client, request, response)
}
