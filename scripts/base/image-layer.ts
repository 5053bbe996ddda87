import { createReadStream } from 'node:fs'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { measured } from '../lib/archive/digest.ts'
import type { ViewEntry } from '../lib/core/base.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { LockedImageLayer } from '../lib/core/lock-file.ts'

/** What a layer brings and takes away (OCI image layer specification, "Whiteouts"). */
export interface LayerContent {
  readonly entries: readonly ViewEntry[] // in the order of the archive
  readonly removed: readonly string[] // paths of lower layers that are gone
  readonly emptied: readonly string[] // folders whose lower content is gone
  readonly texts: ReadonlyMap<string, string> // of the few files that a base is judged by
}

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
const TEXTS = /(?:^|\/)(?:etc\/(?:passwd|group)|dpkg\/status|dpkg\/status\.d\/[^/]+|apk\/db\/installed)$/

/** Reads a stored layer from its file; bytes that are not those of its diff_id are a HASH_MISMATCH. */
export async function readImageLayer(path: string, layer: LockedImageLayer): Promise<LayerContent> {
  const archive = measured(decompressed(path, layer), ['sha256'])
  const content = new Reading(layer.digest)
  const parser = new Parser({ strict: true, onReadEntry: (entry) => content.take(entry) })
  await pipeline(Readable.from(archive.bytes), parser as unknown as NodeJS.WritableStream).catch((cause: unknown) => {
    throw cause instanceof ReleaseError ? cause : damaged(layer.digest, 'cannot be unpacked', cause)
  })
  if (`sha256:${archive.result().hex('sha256')}` !== layer.diffId) throw damaged(layer.digest, 'is not its diff_id')
  return content
}

function decompressed(path: string, { mediaType }: LockedImageLayer): AsyncIterable<Uint8Array> {
  const bytes = createReadStream(path)
  const form = /\+(gzip|zstd)$/.exec(mediaType)?.[1]
  if (form === undefined) return bytes
  const decoder = form === 'gzip' ? createGunzip() : createZstdDecompress()
  return bytes.on('error', (error) => decoder.destroy(error)).pipe(decoder)
}

/** The entries as they come; nothing of a file stays in memory but the texts. */
class Reading implements LayerContent {
  readonly entries: ViewEntry[] = []
  readonly removed: string[] = []
  readonly emptied: string[] = []
  readonly texts = new Map<string, string>()
  readonly #files = new Map<string, ViewEntry>()
  readonly #digest: string

  constructor(digest: string) {
    this.#digest = digest
  }

  take(entry: ReadEntry): void {
    const path = this.#path(entry.path)
    const name = posix.basename(path)
    if (path === '' || name.startsWith(WHITEOUT)) this.#whiteout(path, name)
    else this.#keep(path, entry)
    if (TEXTS.test(path) && entry.type.endsWith('File')) this.#read(path, entry)
    else entry.resume()
  }

  #path(raw: string): string {
    const path = posix.normalize(`/${raw}`).slice(1).replace(/\/$/, '')
    if (raw.split('/').includes('..')) throw damaged(this.#digest, `has the path ${JSON.stringify(raw)}`)
    return path
  }

  // `.wh..wh.` begins names that old storage drivers kept for themselves
  #whiteout(path: string, name: string): void {
    const folder = posix.dirname(path).replace(/^\.$/, '')
    if (name === OPAQUE) this.emptied.push(folder)
    else if (path !== '' && !name.startsWith('.wh..wh.'))
      this.removed.push(posix.join(folder, name.slice(WHITEOUT.length)))
  }

  #keep(path: string, entry: ReadEntry): void {
    const node = this.#node(path, entry)
    this.entries.push(node)
    this.#files.set(path, node)
  }

  #node(path: string, entry: ReadEntry): ViewEntry {
    const owned = { path, mode: (entry.mode ?? 0) & 0o7777, uid: entry.uid ?? 0, gid: entry.gid ?? 0 }
    if (entry.type === 'Directory') return { kind: 'directory', ...owned }
    if (entry.type === 'SymbolicLink') return { kind: 'link', path, target: entry.linkpath ?? '' }
    const file: ViewEntry = { kind: 'file', ...owned }
    return entry.type === 'Link' ? this.#hardLink(path, entry, file) : file
  }

  /** A second name of a file, of the same layer as a rule: what is known of it counts. */
  #hardLink(path: string, entry: ReadEntry, otherwise: ViewEntry): ViewEntry {
    const target = this.#path(entry.linkpath ?? '')
    const text = this.texts.get(target)
    if (text !== undefined) this.texts.set(path, text)
    return { ...(this.#files.get(target) ?? otherwise), path }
  }

  #read(path: string, entry: ReadEntry): void {
    const chunks: Buffer[] = []
    entry.on('data', (chunk: Buffer) => chunks.push(chunk))
    entry.on('end', () => this.texts.set(path, Buffer.concat(chunks).toString()))
  }
}

function damaged(digest: string, what: string, cause?: unknown): ReleaseError {
  return new ReleaseError('HASH_MISMATCH', `the layer ${digest} of the image base ${what}`, {
    hint: 'Use another base, and tell its makers.',
    cause,
  })
}
