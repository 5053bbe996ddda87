import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { ReleaseError } from '../lib/core/error.ts'
import { blobPath, DAMAGED } from '../lib/io/oci-blobs.ts'
import { type Member, type Members, memberPath } from './members.ts'
import { gunzip, tarMembers, unzstd, visitTar } from './tar-members.ts'

const LAYER = /^application\/vnd\.(?:oci\.image\.layer\.v1|docker\.image\.rootfs\.diff)\.tar(?:[+.](?:gzip|zstd))?$/
const JSON_BYTES = 4 * 1024 * 1024

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly platform?: { readonly os: string; readonly architecture: string }
}

interface Blobs {
  readonly documents: ReadonlyMap<string, string> // small members as text
  readonly layers: ReadonlyMap<string, Members> // by their path in the archive
}

/** The merged files of each platform of an image archive (OCI image layout, whiteouts applied). */
export async function imageMembers(path: string): Promise<ReadonlyMap<string, Members>> {
  const blobs = await readBlobs(path)
  const [top] = manifests(blobs, 'index.json')
  if (top === undefined) throw new ReleaseError('PROOF_FAILED', `${path} has an empty index`, { hint: DAMAGED })
  const platforms = new Map<string, Members>()
  for (const { digest, platform } of manifests(blobs, blobPath(top.digest))) {
    const { layers } = document(blobs, blobPath(digest)) as { layers: readonly Descriptor[] }
    platforms.set(
      `${platform?.os}/${platform?.architecture}`,
      mergeLayers(layers.map((layer) => layerOf(blobs, layer))),
    )
  }
  return platforms
}

async function readBlobs(path: string): Promise<Blobs> {
  const documents = new Map<string, string>()
  const layers = new Map<string, Members>()
  await visitTar(createReadStream(path), async (entry) => {
    if (entry.type === 'Directory') return
    const bytes = entry as unknown as AsyncIterable<Uint8Array>
    const name = memberPath(entry.path)
    const { unpack, head, all } = await peek(bytes)
    if (unpack !== undefined) layers.set(name, await tarMembers(unpack(all)))
    else if ('{['.includes(head) && entry.size <= JSON_BYTES) documents.set(name, await text(all))
    else layers.set(name, await tarMembers(all))
  })
  return { documents, layers }
}

// First bytes of RFC 1952 and RFC 8878
const FORMS = [
  ['1f8b', gunzip],
  ['28b52ffd', unzstd],
] as const

async function peek(bytes: AsyncIterable<Uint8Array>) {
  const iterator = bytes[Symbol.asyncIterator]()
  const first = await iterator.next()
  const chunk: Uint8Array = first.done === true ? new Uint8Array() : first.value
  async function* all(): AsyncIterable<Uint8Array> {
    yield chunk
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  }
  const magic = Buffer.from(chunk.subarray(0, 4)).toString('hex')
  return {
    unpack: FORMS.find(([start]) => magic.startsWith(start))?.[1],
    head: String.fromCharCode(chunk[0] ?? 0),
    all: all(),
  }
}

function document(blobs: Blobs, path: string): unknown {
  const found = blobs.documents.get(path)
  if (found === undefined) throw new ReleaseError('PROOF_FAILED', `the image archive lacks ${path}`, { hint: DAMAGED })
  return JSON.parse(found)
}

function manifests(blobs: Blobs, path: string): readonly Descriptor[] {
  return (document(blobs, path) as { manifests?: readonly Descriptor[] }).manifests ?? []
}

function layerOf(blobs: Blobs, { digest, mediaType }: Descriptor): Members {
  const layer = blobs.layers.get(blobPath(digest))
  if (layer === undefined || !LAYER.test(mediaType)) {
    throw new ReleaseError('PROOF_FAILED', `layer ${digest} (${mediaType}) cannot be read`, { hint: DAMAGED })
  }
  return layer
}

/** Applies layers in order: `.wh.NAME` removes, `.wh..wh..opq` empties a folder (OCI image layer specification). */
export function mergeLayers(layers: readonly Members[]): Members {
  const merged = new Map<string, Member>()
  for (const layer of layers) {
    for (const path of layer.keys()) applyWhiteout(merged, path)
    for (const [path, member] of layer) if (!baseName(path).startsWith('.wh.')) merged.set(path, member)
  }
  return merged
}

function applyWhiteout(merged: Map<string, Member>, path: string): void {
  const name = baseName(path)
  if (!name.startsWith('.wh.')) return
  const folder = path.slice(0, path.length - name.length)
  const removed = name === '.wh..wh..opq' ? folder : `${folder}${name.slice('.wh.'.length)}`
  for (const known of merged.keys()) if (known === removed || known.startsWith(below(removed))) merged.delete(known)
}

const below = (path: string): string => (path.endsWith('/') ? path : `${path}/`)
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
