import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Octokit, RestEndpointMethodTypes } from '@octokit/rest'
import type { Spooled } from '../core/format.ts'
import type { HostedAsset, HostedRelease, ReleaseChange } from '../core/hosted.ts'
import { attempt, type Patience, RequestFailure } from './attempts.ts'
import { call, connectGithub, SINGLE } from './github-client.ts'
import { type RepositoryReading, repositoryReading } from './github-repository.ts'
import type { GithubSettings } from './github-settings.ts'

type Repos = RestEndpointMethodTypes['repos']
type WireRelease = Repos['getRelease']['response']['data']
type WireAsset = Repos['listReleaseAssets']['response']['data'][number]

/** A file on its way up; `bytes` are opened anew for each attempt. */
export interface Upload {
  readonly name: string
  readonly mediaType: string
  readonly bytes: Spooled
  /** Called with the bytes sent so far. */
  onProgress(sent: number): void
}

/** A repository's releases as publishing needs them; failures are RequestFailure. */
export interface Github extends RepositoryReading {
  /** Every release and draft, all pages; assets are not asked for. */
  releases(): Promise<readonly HostedRelease[]>
  release(id: number): Promise<HostedRelease>
  /** Every asset, all pages: a release object may leave out broken uploads. */
  assets(release: number): Promise<readonly HostedAsset[]>
  create(tag: string, change: ReleaseChange): Promise<HostedRelease>
  /** `once`: not repeated by itself, for a change that may land although it fails. */
  update(release: number, change: ReleaseChange, repeat?: 'once'): Promise<HostedRelease>
  removeRelease(id: number): Promise<void>
  removeAsset(id: number): Promise<void>
  upload(release: HostedRelease, upload: Upload): Promise<HostedAsset>
  /** sha256 of an asset's bytes, by downloading them. */
  hash(asset: number): Promise<string>
}

/** Opens a repository on GitHub, GitHub Enterprise or a stand-in. */
export function openGithub(settings: GithubSettings, patience: Patience): Github {
  const octokit = connectGithub(settings, patience)
  const where = settings.repository
  return {
    ...repositoryReading(octokit, where, patience),
    ...readingOf(octokit, where),
    ...writingOf(octokit, where, patience),
  }
}

type Reading = Pick<Github, 'releases' | 'release' | 'assets' | 'hash'>
type Writing = Omit<Github, keyof Reading | keyof RepositoryReading>

function readingOf(octokit: Octokit, where: GithubSettings['repository']): Reading {
  const { repos } = octokit.rest
  return {
    async releases() {
      const all = await call('listing releases', () =>
        octokit.paginate(repos.listReleases, { ...where, per_page: 100 }),
      )
      return all.map((release) => hostedRelease(release))
    },
    async release(release_id) {
      const { data } = await call('reading the release', () => repos.getRelease({ ...where, release_id }))
      return hostedRelease(data)
    },
    async assets(release_id) {
      const list = { ...where, release_id, per_page: 100 }
      const all = await call('listing assets', () => octokit.paginate(repos.listReleaseAssets, list))
      return all.map(hostedAsset)
    },
    async hash(asset_id) {
      const response = await call('downloading an asset', () =>
        repos.getReleaseAsset({
          ...where,
          asset_id,
          headers: { accept: 'application/octet-stream' },
          request: { parseSuccessResponseBody: false },
        }),
      )
      const hash = createHash('sha256')
      for await (const chunk of response.data as unknown as AsyncIterable<Uint8Array>) hash.update(chunk)
      return hash.digest('hex')
    },
  }
}

function writingOf(octokit: Octokit, where: GithubSettings['repository'], patience: Patience): Writing {
  const { repos } = octokit.rest
  return {
    async create(tag_name, change) {
      const wire = { ...where, tag_name, ...wireChange(change), request: SINGLE }
      const { data } = await call('creating the draft', () => repos.createRelease(wire))
      return hostedRelease(data)
    },
    async update(release_id, change, repeat) {
      const wire = { ...where, release_id, ...wireChange(change), ...(repeat === 'once' ? { request: SINGLE } : {}) }
      const { data } = await call('changing the release', () => repos.updateRelease(wire))
      return hostedRelease(data)
    },
    removeRelease: (release_id) =>
      remove('removing a draft', patience, () => repos.deleteRelease({ ...where, release_id, request: SINGLE })),
    removeAsset: (asset_id) =>
      remove('removing an asset', patience, () => repos.deleteReleaseAsset({ ...where, asset_id, request: SINGLE })),
    async upload({ uploadUrl }, { name, mediaType, bytes, onProgress }) {
      const { data } = await call(`uploading ${name}`, () =>
        octokit.request({
          method: 'POST',
          url: uploadUrl, // its host is GitHub's choice
          name,
          headers: { 'content-type': mediaType, 'content-length': bytes.size },
          data: Readable.from(counted(bytes.open(), onProgress), { objectMode: false }),
          request: SINGLE,
        } as never),
      )
      return hostedAsset(data as unknown as WireAsset)
    },
  }
}

// Deleting what is already gone is what an earlier attempt, answered by a 502, has done.
async function remove(what: string, patience: Patience, removal: () => Promise<unknown>): Promise<void> {
  await attempt(what, patience, () =>
    call(what, removal).catch((failure: unknown) => {
      if (!(failure instanceof RequestFailure && failure.status === 404)) throw failure
    }),
  )
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  onProgress: (sent: number) => void,
): AsyncIterable<Uint8Array> {
  let sent = 0
  for await (const chunk of bytes) {
    yield chunk
    sent += chunk.length
    onProgress(sent)
  }
}

function wireChange({ title, body, commit, draft, prerelease, makeLatest }: ReleaseChange): object {
  const wire = {
    name: title,
    body,
    target_commitish: commit,
    draft,
    prerelease,
    make_latest: makeLatest === undefined ? undefined : String(makeLatest),
  }
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== undefined))
}

function hostedRelease(wire: WireRelease): HostedRelease {
  return {
    id: wire.id,
    tag: wire.tag_name,
    body: wire.body ?? '',
    draft: wire.draft,
    immutable: wire.immutable === true,
    page: wire.html_url,
    uploadUrl: wire.upload_url,
    assets: [],
  }
}

function hostedAsset({ id, name, label, state, size, digest }: WireAsset): HostedAsset {
  return { id, name, label: label ?? '', state, size, digest: digest ?? undefined }
}
