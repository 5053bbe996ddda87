import { ReleaseError } from '../lib/core/error.ts'
import type { BaseRequest } from '../lib/core/format.ts'
import { attempt, type Patience, RequestFailure } from '../lib/io/attempts.ts'
import { cachedFile } from '../lib/io/cache.ts'
import { openRepository, type Repository, type StoredManifest } from '../lib/io/registry.ts'
import type { Report } from '../lib/io/report.ts'

export type RegistryRequest = Extract<BaseRequest, { kind: 'registry' }>

/** A blob as a manifest names it. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** The repository of a base image, for reading; every failure is one that a person can act on. */
export interface ImageSource {
  /** What the reference names today. */
  named(): Promise<StoredManifest>
  manifest(digest: string): Promise<StoredManifest>
  /** Path of a blob in the cache, its digest and size checked. */
  blob(blob: Pick<Descriptor, 'digest' | 'size'>): Promise<string>
}

const ATTEMPTS = 4

/** Opens the repository of `host/path:tag`, `host/path@sha256:…` or both, with the login that this machine has, if any. */
export async function openImage(image: string, cache: string, report: Report): Promise<ImageSource> {
  const { name, reference } = splitImage(image)
  const patience: Patience = { attempts: ATTEMPTS, second: 1000, announce: (text) => report.line(text) }
  const repository = await openRepository(name, patience, 'login')
  const manifest = async (digest: string): Promise<StoredManifest> =>
    found(`${image} (${digest})`, await explained(name, () => repository.manifest(digest)))
  return {
    named: () => manifest(reference),
    manifest,
    blob: (blob) => explained(name, () => attempt(name, patience, () => cachedBlob(repository, cache, name, blob))),
  }
}

async function cachedBlob(
  repository: Repository,
  cache: string,
  name: string,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): Promise<string> {
  const what = `${name}@${digest}`
  return cachedFile(cache, digest.slice('sha256:'.length), what, async () =>
    ofSize(found(what, await repository.openBlob(digest)), size, what),
  )
}

// A registry that sends for ever must not fill the disk before its digest is compared
async function* ofSize(bytes: AsyncIterable<Uint8Array>, size: number, what: string): AsyncIterable<Uint8Array> {
  let count = 0
  for await (const chunk of bytes) {
    count += chunk.length
    if (count > size) break
    yield chunk
  }
  if (count === size) return
  throw new ReleaseError('HASH_MISMATCH', `${what} has not the ${size} bytes of its manifest`, {
    hint: 'Do not use this registry before you know why.',
  })
}

/** A digest is exact, so the tag beside it is for people only. */
function splitImage(image: string): { readonly name: string; readonly reference: string } {
  const [named = '', digest] = image.split('@')
  const colon = named.lastIndexOf(':')
  const [name, tag] = colon > named.lastIndexOf('/') ? [named.slice(0, colon), named.slice(colon + 1)] : [named, '']
  return { name, reference: digest ?? tag }
}

function found<T>(what: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new ReleaseError('NOT_IN_REGISTRY', `${what} does not exist`, {
    hint: 'Mend docker.base.image, or run `slipway lock` to take what its tag names today.',
  })
}

/** What an unserved request means for a base. */
async function explained<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof RequestFailure)) throw cause
    throw explanation(name, cause)
  }
}

function explanation(name: string, cause: RequestFailure): ReleaseError {
  const [host] = name.split('/')
  if (cause.status === 401 || cause.status === 403) {
    const message = `${host} does not show ${name}: there is none, or it wants a login`
    const hint = `Mend docker.base.image, or log in first: \`docker login ${host}\`.`
    return new ReleaseError('NOT_IN_REGISTRY', message, { hint, cause })
  }
  if (cause.codes.includes('other_bytes')) {
    const hint = 'Do not use this registry before you know why.'
    return new ReleaseError('HASH_MISMATCH', `${name} has other bytes than its digest`, { hint, cause })
  }
  const hint = 'Check the network and run the same command again; nothing is lost.'
  return new ReleaseError('NETWORK_FAILED', `${cause.message} failed`, { hint, cause })
}
