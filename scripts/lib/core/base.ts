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
