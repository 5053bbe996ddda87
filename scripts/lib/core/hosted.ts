/** An asset of a release as GitHub lists it. */
export interface HostedAsset {
  readonly id: number
  readonly name: string // after GitHub's rewriting
  readonly label: string // the name that was asked for, where the uploader sent it
  /** `uploaded`; `starter` is what a broken upload leaves, told in prose only, hence no closed union. */
  readonly state: string
  readonly size: number
  readonly digest: string | undefined // sha256:…, absent on assets older than June 2025
}

/** A release as GitHub keeps it; drafts are releases too, and several may have the same tag. */
export interface HostedRelease {
  readonly id: number
  readonly tag: string
  readonly body: string
  readonly draft: boolean
  readonly immutable: boolean
  readonly page: string // where a person sees it
  readonly uploadUrl: string // RFC 6570 template, on a host of its own
  readonly assets: readonly HostedAsset[]
}

/** What a release is created or changed with; absent keys stay as they are. */
export interface ReleaseChange {
  readonly title?: string
  readonly body?: string
  readonly commit?: string // where GitHub would put the tag if it were gone
  readonly draft?: boolean
  readonly prerelease?: boolean
  readonly makeLatest?: boolean
}
