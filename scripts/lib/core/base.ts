import { posix } from 'node:path'
import { ReleaseError } from './error.ts'
import type { Spooled } from './format.ts'

/** A node of an image's merged file system. */
export type ViewEntry =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number }
  | {
      readonly kind: 'directory'
      readonly path: string
      readonly mode: number
      readonly uid: number
      readonly gid: number
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }

/** A layer as it will be stored and pushed: gzip bytes, with the digest of the tar inside. */
export interface BaseLayer {
  readonly name: string
  readonly digest: string // sha256:… of the stored bytes
  readonly diffId: string // sha256:… of the tar
  readonly size: number // of the stored bytes
  readonly mediaType: string
  readonly bytes: Spooled
}

/** A package that the base brings, for the software lists. */
export interface BasePackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
}

/** What an image is built upon, whatever it was made from. */
export interface Base {
  readonly layers: readonly BaseLayer[]
  /** Path (without leading slash) to node, links not followed; a layer above resolves its paths through it. */
  readonly view: ReadonlyMap<string, ViewEntry>
  readonly packages: readonly BasePackage[]
  /** Environment, labels and the like of a registry base; empty for a Debian one. */
  readonly config: { readonly env: readonly string[]; readonly labels: Readonly<Record<string, string>> }
  /** `base.name` and `base.digest` annotations where there is a registry image. */
  readonly origin?: { readonly name: string; readonly digest: string }
  /** The Python minor it brings (`3.13`), and the interpreter's path. */
  readonly python: { readonly minor: string; readonly path: string }
}

const HOPS = 40 // as many links as Linux follows (path_resolution(7))

/** Where a path really lies: links among its parents are followed, and the last part too when `last` is asked for. */
export function resolvePath(view: ReadonlyMap<string, ViewEntry>, path: string, last = false): string {
  let real = clean(path)
  for (let hops = 0; hops <= HOPS; hops++) {
    const link = firstLink(view, real, last)
    if (link === undefined) return real
    const target = link.target.startsWith('/') ? link.target : `${posix.dirname(link.path)}/${link.target}`
    real = clean(target + real.slice(link.path.length))
  }
  throw new ReleaseError('PATH_REFUSED', `${path} goes through a circle of links in the image base`, {
    hint: 'Name another base under `docker` in slipway.yaml: this one is broken there.',
  })
}

function clean(path: string): string {
  return posix.normalize(`/${path}`).slice(1)
}

function firstLink(
  view: ReadonlyMap<string, ViewEntry>,
  path: string,
  last: boolean,
): { readonly path: string; readonly target: string } | undefined {
  for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
    const entry = view.get(path.slice(0, end))
    if (entry?.kind === 'link') return entry
  }
  const entry = last ? view.get(path) : undefined
  return entry?.kind === 'link' ? entry : undefined
}
