/** An asset as GitHub stores it. */
export interface StoredAsset {
  readonly id: number
  readonly name: string
  readonly label: string | null
  readonly contentType: string
  state: 'uploaded' | 'starter'
  size: number
  digest: string | null
}

/** A release as GitHub stores it. */
export interface StoredRelease {
  readonly id: number
  tag: string
  target: string
  title: string
  body: string
  draft: boolean
  prerelease: boolean
  immutable: boolean
  assets: StoredAsset[]
}

/** What a client may set on a release. */
export interface ReleaseFields {
  readonly tag_name?: string
  readonly target_commitish?: string
  readonly name?: string
  readonly body?: string
  readonly draft?: boolean
  readonly prerelease?: boolean
  readonly make_latest?: 'true' | 'false' | 'legacy'
}

/** What a repository, its token and its server are like besides. */
export interface Traits {
  readonly archived?: boolean
  readonly mayWrite?: boolean // what GitHub says of the token; default true
  readonly administrator?: boolean // who alone may ask whether releases are immutable
  readonly scopes?: string // of a classic token
  readonly tokenExpires?: string
  readonly remaining?: number // requests of this hour
  readonly date?: string // the server's clock
}

/** How the repository is set up. */
export interface StoreOptions {
  readonly dir: string // where the bytes of assets are kept
  readonly tags: Readonly<Record<string, string>> // tag to commit, or to the object of an annotated tag
  readonly annotated?: Readonly<Record<string, string>> // object of an annotated tag to commit
  readonly immutable?: boolean // releases freeze when they go public
  readonly digests?: boolean // false: an older server that computes none
  readonly traits?: Traits
}
