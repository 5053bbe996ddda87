import type { RestEndpointMethodTypes } from '@octokit/rest'
import type { StoredAsset, StoredRelease } from './stored.ts'

type Repos = RestEndpointMethodTypes['repos']
type WireRelease = Repos['getRelease']['response']['data']
type WireAsset = Repos['getReleaseAsset']['response']['data']
type Git = RestEndpointMethodTypes['git']
type WireUser = WireRelease['author']

/** Where the stand-in and its repository are, as the URLs in answers need it. */
export interface Site {
  readonly api: string // http://127.0.0.1:PORT/api/v3
  readonly uploads: string // http://127.0.0.1:OTHER
  readonly repository: string // owner/name
}

const AT = '2026-01-01T00:00:00Z'

/** A release in GitHub's form; broken uploads are left out of it, only the listing of assets shows them. */
export function wireRelease(site: Site, release: StoredRelease): WireRelease {
  const { id, tag, draft } = release
  const base = `${site.api}/repos/${site.repository}`
  const page = `${site.api.replace(/\/api\/v3$/, '')}/${site.repository}/releases/tag`
  return {
    url: `${base}/releases/${id}`,
    html_url: `${page}/${draft ? `untagged-${id}` : tag}`,
    assets_url: `${base}/releases/${id}/assets`,
    upload_url: `${site.uploads}/repos/${site.repository}/releases/${id}/assets{?name,label}`,
    tarball_url: draft ? null : `${base}/tarball/${tag}`,
    zipball_url: draft ? null : `${base}/zipball/${tag}`,
    id,
    node_id: `RE_${id}`,
    tag_name: tag,
    target_commitish: release.target,
    name: release.title,
    body: release.body,
    draft,
    prerelease: release.prerelease,
    immutable: release.immutable,
    created_at: AT,
    published_at: draft ? null : AT,
    author: wireUser(site),
    assets: release.assets.filter(({ state }) => state === 'uploaded').map((asset) => wireAsset(site, release, asset)),
  } satisfies WireRelease
}

/** An asset in GitHub's form. `starter` is in the prose of the documentation only, not in its description of types. */
export function wireAsset(site: Site, release: StoredRelease, asset: StoredAsset): WireAsset {
  const web = site.api.replace(/\/api\/v3$/, '')
  return {
    url: `${site.api}/repos/${site.repository}/releases/assets/${asset.id}`,
    browser_download_url: `${web}/${site.repository}/releases/download/${release.tag}/${asset.name}`,
    id: asset.id,
    node_id: `RA_${asset.id}`,
    name: asset.name,
    label: asset.label,
    state: asset.state as WireAsset['state'],
    content_type: asset.contentType,
    size: asset.size,
    digest: asset.digest,
    download_count: 0,
    created_at: AT,
    updated_at: AT,
    uploader: wireUser(site),
  } satisfies WireAsset
}

/** A tag; an annotated one points at an object of its own. */
export function wireRef(site: Site, tag: string, sha: string, annotated: boolean): Git['getRef']['response']['data'] {
  const git = `${site.api}/repos/${site.repository}/git`
  const type = annotated ? 'tag' : 'commit'
  return {
    ref: `refs/tags/${tag}`,
    node_id: `REF_${tag}`,
    url: `${git}/refs/tags/${tag}`,
    object: { type, sha, url: `${git}/${type}s/${sha}` },
  }
}

/** The object of an annotated tag, which points at a commit. */
export function wireTag(site: Site, sha: string, commit: string): Git['getTag']['response']['data'] {
  const git = `${site.api}/repos/${site.repository}/git`
  return {
    node_id: `TA_${sha}`,
    tag: 'annotated',
    sha,
    url: `${git}/tags/${sha}`,
    message: '',
    tagger: { date: AT, email: 'releaser@example.org', name: 'releaser' },
    object: { sha: commit, type: 'commit', url: `${git}/commits/${commit}` },
  }
}

/** The account that everything is done by. */
export function wireUser({ api }: Site): WireUser {
  const url = `${api}/users/releaser`
  return {
    login: 'releaser',
    id: 41898282,
    node_id: 'BOT_releaser',
    avatar_url: `${url}/avatar`,
    gravatar_id: null,
    url,
    html_url: url,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'Bot',
    site_admin: false,
  }
}
