/** A static tree in an output; `at` is relative to the archive's root, `''` for the root itself, and absent where prove looks for it. */
export interface Carried {
  readonly tree: 'bundle' | 'collected'
  readonly at?: string
}

/** Which static trees an output carries. */
export type Carries = readonly Carried[] | 'by-digest' | 'none'

/** A file that a format promises in the plan, under exactly the name that GitHub will show. */
export interface FileOutput {
  readonly kind: 'file'
  readonly name: string
  readonly mediaType: string
  readonly carries: Carries
  readonly signedBy?: 'seal'
}

/** An image that a format promises; `name` is its archive's, `references` are where publish will push it, without tags. */
export interface ImageOutput {
  readonly kind: 'image'
  readonly name: string
  readonly platforms: readonly string[] // linux/amd64
  readonly references: readonly string[] // registry.example/owner/name:1.5.0-lean, the exact reference
  readonly carries: Carries
  readonly reproducible?: false // made by the application's own Dockerfile: the same tag gives other bytes
}

export type Output = FileOutput | ImageOutput

/** What the caller measured of a built output. */
export interface Measured {
  readonly size: number
  readonly sha256: string
}

/** A layer as it is pulled: its size is what goes over the wire. */
export interface ImageLayer {
  readonly name?: string // what it is, where the docker format made it: postgresql, dependencies, static, app
  readonly digest: string
  readonly size: number
}

/** What an image archive holds, read from its own index. */
export interface ImageFacts {
  readonly digest: string // of the index: sha256:…
  readonly platforms: readonly {
    readonly platform: string
    readonly digest: string
    readonly layers: readonly ImageLayer[] // from below
  }[]
}

export type BuiltOutput = (FileOutput & Measured) | (ImageOutput & Measured & { readonly image: ImageFacts })

/** `dist/built/<format>.json`: the hand-over of one format. */
export interface Built {
  readonly schema: 1
  readonly format: string
  readonly outputs: readonly BuiltOutput[]
}

/** Media types of the assets; prove picks its reader by them. */
export const MEDIA_TYPES: {
  readonly deb: string
  readonly tarGzip: string
  readonly zip: string
  readonly wheel: string
  readonly ociTar: string
  readonly chart: string
  readonly json: string
  readonly markdown: string
  readonly text: string
} = {
  deb: 'application/vnd.debian.binary-package',
  tarGzip: 'application/gzip',
  zip: 'application/zip',
  wheel: 'application/x-wheel+zip',
  ociTar: 'application/vnd.oci.image.layout.v1.tar',
  chart: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  json: 'application/json',
  markdown: 'text/markdown; charset=utf-8',
  text: 'text/plain; charset=utf-8',
}
