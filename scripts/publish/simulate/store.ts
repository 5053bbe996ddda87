import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { shownName } from './names.ts'
import { Refusal } from './refusal.ts'
import type { ReleaseFields, StoredAsset, StoredRelease, StoreOptions, Traits } from './stored.ts'

const BODY_LIMIT = 125_000
const ASSET_LIMIT = 1000
const TRUNCATED = 1000

/** One repository's releases, assets and tags, with GitHub's rules; refuses as GitHub does. */
export class Store {
  readonly releases: StoredRelease[] = []
  readonly tags: Map<string, string>
  latest: number | undefined
  /** What the public saw at the moment a release became public. */
  readonly publications: { readonly tag: string; readonly assets: readonly StoredAsset[] }[] = []
  readonly #options: StoreOptions
  readonly #burnt = new Set<string>() // tags of immutable releases, also after their deletion
  #lastId = 1000

  constructor(options: StoreOptions) {
    this.#options = options
    this.tags = new Map(Object.entries(options.tags))
  }

  get traits(): Traits {
    return this.#options.traits ?? {}
  }

  /** Whether releases freeze when they go public. */
  get frozen(): boolean {
    return this.#options.immutable === true
  }

  release(id: number): StoredRelease {
    const found = this.releases.find((release) => release.id === id)
    if (found === undefined) throw new Refusal(404, 'Not Found')
    return found
  }

  asset(id: number): { readonly asset: StoredAsset; readonly release: StoredRelease } {
    for (const release of this.releases) {
      const asset = release.assets.find((candidate) => candidate.id === id)
      if (asset !== undefined) return { asset, release }
    }
    throw new Refusal(404, 'Not Found')
  }

  create(fields: ReleaseFields): StoredRelease {
    if (fields.tag_name === undefined) throw Refusal.invalid('Release', 'tag_name', 'missing_field')
    const release: StoredRelease = {
      id: this.#nextId(),
      tag: fields.tag_name,
      target: 'main',
      title: '',
      body: '',
      draft: true,
      prerelease: false,
      immutable: false,
      assets: [],
    }
    this.#apply(release, { draft: false, ...fields })
    this.releases.unshift(release)
    return release
  }

  update(id: number, fields: ReleaseFields): StoredRelease {
    const release = this.release(id)
    if (release.immutable && (fields.tag_name ?? fields.draft ?? fields.target_commitish) !== undefined) {
      throw new Refusal(422, 'Cannot change an immutable release')
    }
    this.#apply(release, fields)
    return release
  }

  #apply(release: StoredRelease, fields: ReleaseFields): void {
    const { tag_name: tag = release.tag, draft = release.draft, prerelease = release.prerelease } = fields
    assertFields(fields, draft || prerelease)
    if (!draft) this.#assertPublishable(release, tag)
    const published = release.draft && !draft
    Object.assign(release, { tag, draft, prerelease })
    const { target_commitish: target = release.target, name: title = release.title, body = release.body } = fields
    Object.assign(release, { target, title, body })
    if (published) this.#publish(release, (fields.make_latest ?? 'true') === 'true')
  }

  #assertPublishable(release: StoredRelease, tag: string): void {
    if (this.#burnt.has(tag) && !release.immutable) {
      throw new Refusal(422, 'Validation Failed', 'tag_name was used by an immutable release')
    }
    if (this.releases.some((other) => other !== release && !other.draft && other.tag === tag)) {
      throw Refusal.invalid('Release', 'tag_name', 'already_exists')
    }
  }

  #publish(release: StoredRelease, latest: boolean): void {
    if (!this.tags.has(release.tag)) this.tags.set(release.tag, release.target)
    if (this.frozen) {
      release.immutable = true
      this.#burnt.add(release.tag)
    }
    if (latest && !release.prerelease) this.latest = release.id
    this.publications.push({ tag: release.tag, assets: release.assets.map((asset) => ({ ...asset })) })
  }

  /** The commit of an annotated tag's object. */
  annotated(sha: string): string | undefined {
    return this.#options.annotated?.[sha]
  }

  remove(id: number): void {
    const release = this.release(id)
    this.releases.splice(this.releases.indexOf(release), 1)
  }

  /** Room for an upload, empty and unfinished as GitHub makes it before the bytes come. */
  begin(releaseId: number, asked: string, label: string | null, contentType: string): StoredAsset {
    const release = this.release(releaseId)
    const name = shownName(asked)
    if (release.immutable) throw new Refusal(422, 'Cannot upload assets to an immutable release.')
    if (release.assets.some((asset) => asset.name === name)) {
      throw Refusal.invalid('ReleaseAsset', 'name', 'already_exists')
    }
    if (release.assets.length >= ASSET_LIMIT) throw Refusal.invalid('ReleaseAsset', 'release', 'too_many_assets')
    const asset: StoredAsset = { id: this.#nextId(), name, label, contentType, state: 'starter', size: 0, digest: null }
    release.assets.push(asset)
    return asset
  }

  /** Takes the bytes in; `truncate` keeps the first 1000 of them and notices nothing. */
  async fill(asset: StoredAsset, bytes: AsyncIterable<Uint8Array>, truncate: boolean): Promise<void> {
    const hash = createHash('sha256')
    const file = createWriteStream(this.path(asset.id))
    let size = 0
    for await (const chunk of bytes) {
      const kept = truncate ? chunk.subarray(0, Math.max(0, TRUNCATED - size)) : chunk
      hash.update(kept)
      size += kept.length
      if (!file.write(kept)) await once(file, 'drain')
    }
    await new Promise<void>((resolve) => file.end(resolve))
    asset.size = size
    asset.digest = this.#options.digests === false ? null : `sha256:${hash.digest('hex')}`
    asset.state = 'uploaded'
  }

  /** An upload that never happened. */
  forget(asset: StoredAsset): void {
    const { release } = this.asset(asset.id)
    release.assets.splice(release.assets.indexOf(asset), 1)
  }

  async removeAsset(id: number): Promise<void> {
    const { asset, release } = this.asset(id)
    if (release.immutable) throw new Refusal(422, 'Cannot delete assets of an immutable release.')
    release.assets.splice(release.assets.indexOf(asset), 1)
    await rm(this.path(id), { force: true })
  }

  /** Where an asset's bytes are kept. */
  path(asset: number): string {
    return join(this.#options.dir, String(asset))
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }
}

function assertFields({ body = '', make_latest }: ReleaseFields, neverLatest: boolean): void {
  if (body.length > BODY_LIMIT) throw Refusal.invalid('Release', 'body', 'too_long')
  if (make_latest === 'true' && neverLatest) throw Refusal.invalid('Release', 'make_latest', 'invalid')
}
