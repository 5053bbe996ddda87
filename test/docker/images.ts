import { createHash } from 'node:crypto'
import { Parser } from 'tar'
import { expect } from 'vitest'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { type ArchiveEntry, fileEntry, withDirectories } from '../../scripts/lib/archive/entry.ts'
import { packLayer } from '../../scripts/lib/archive/layer.ts'
import type { Base, ViewEntry } from '../../scripts/lib/core/base.ts'
import { spooled } from '../support/work.ts'

export const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const BASE_ENTRIES: readonly ArchiveEntry[] = [
  { kind: 'link', path: 'lib', target: 'usr/lib' },
  { kind: 'link', path: 'usr/share', target: '../srv/share' },
  { kind: 'directory', path: 'usr/lib', mode: 0o711 },
  { kind: 'directory', path: 'srv/share', mode: 0o755 },
  { kind: 'directory', path: 'tmp', mode: 0o1777 },
  fileEntry('usr/bin/python3.13', 'program', 0o755),
]

/** A small base with links among its folders, told from others by `text`. */
export async function fixtureBase(text: string, changes: Partial<Base> = {}): Promise<Base> {
  const entries = withDirectories([...BASE_ENTRIES, fileEntry('etc/machine', text)])
  return {
    layers: [await packLayer('lean', entries, 1, async (bytes) => spooled(await gather(bytes)))],
    view: new Map(entries.map((entry) => [entry.path, { uid: 0, gid: 0, ...entry } as ViewEntry])),
    packages: [],
    config: { env: [], labels: {} },
    python: { minor: '3.13', path: '/usr/bin/python3.13' },
    ...changes,
  }
}

/** The same base with PostgreSQL above it. */
export async function fixtureFull(lean: Base): Promise<Base> {
  const entries = withDirectories([fileEntry('usr/lib/postgresql/17/bin/postgres', 'server', 0o755)])
  const layer = await packLayer('postgresql', entries, 1, async (bytes) => spooled(await gather(bytes)))
  const above = entries.map((entry) => [entry.path, { uid: 0, gid: 0, ...entry } as ViewEntry] as const)
  return { ...lean, layers: [...lean.layers, layer], view: new Map([...lean.view, ...above]) }
}

export interface Member {
  readonly path: string
  readonly type: string
  readonly mode: number | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly mtime: number
  readonly bytes: Buffer
}

/** What is in a tar archive. */
export async function members(archive: Uint8Array): Promise<Member[]> {
  const found: Member[] = []
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      const chunks: Buffer[] = []
      entry.on('data', (chunk) => chunks.push(chunk))
      entry.on('end', () => {
        const { path, type, mode, uid, gid } = entry
        found.push({
          path,
          type,
          mode,
          uid,
          gid,
          mtime: (entry.mtime?.getTime() ?? 0) / 1000,
          bytes: Buffer.concat(chunks),
        })
      })
    },
  })
  const ended = new Promise((resolve) => parser.on('end', resolve))
  parser.write(Buffer.from(archive))
  parser.end()
  await ended
  return found
}

/** How a blob is named in another. */
interface Descriptor {
  readonly digest: string
  readonly size: number
  readonly mediaType: string
  readonly platform: { readonly architecture: string }
  readonly annotations: Record<string, string>
}

interface Manifest {
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly annotations: Record<string, string>
}

interface OpenImage {
  bytes(path: string): Buffer
  blob(digest: string): Buffer
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  json(digest: string): any
  readonly layout: { readonly manifests: readonly Descriptor[] }
  readonly index: { readonly manifests: readonly Descriptor[]; readonly annotations: Record<string, string> }
  manifest(arch: string): Manifest
}

/** An image archive with its JSON read by digest. */
export async function openImage(archive: Uint8Array): Promise<OpenImage> {
  const files = new Map((await members(archive)).map((member) => [member.path, member.bytes]))
  const bytes = (path: string): Buffer => {
    const found = files.get(path)
    if (found === undefined) throw new Error(`no ${path}`)
    return found
  }
  const blob = (digest: string): Buffer => {
    const found = bytes(`blobs/${digest.replace(':', '/')}`)
    expect(sha256(found)).toBe(digest)
    return found
  }
  const json = (digest: string) => JSON.parse(blob(digest).toString())
  const layout: OpenImage['layout'] = JSON.parse(bytes('index.json').toString())
  const index: OpenImage['index'] = json(layout.manifests[0]?.digest ?? '')
  const manifest = (arch: string): Manifest => {
    const found = index.manifests.find(({ platform }) => platform.architecture === arch)
    return json(found?.digest ?? '')
  }
  return { bytes, blob, json, layout, index, manifest }
}
