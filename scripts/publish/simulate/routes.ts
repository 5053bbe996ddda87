import { createReadStream } from 'node:fs'
import { now } from '../../lib/io/clock.ts'
import { type Answer, paged, type Route, seen, visible } from './asked.ts'
import { receive } from './receive.ts'
import { Refusal } from './refusal.ts'
import type { ReleaseFields } from './stored.ts'
import { wireAsset, wireRef, wireRelease, wireTag } from './wire.ts'
import { wireRepository } from './wire-repository.ts'

const found = (json: unknown): Answer => ({ status: 200, json })

/** Everything the stand-in can do, as GitHub's REST documentation names it. */
export const routes: readonly Route[] = [
  {
    operation: 'repository',
    method: 'GET',
    host: 'api',
    path: /^$/,
    answer: async ({ site, store: { traits }, authorised }) => ({
      status: 200,
      json: wireRepository(site, traits, authorised),
      headers: {
        'x-ratelimit-limit': '1000',
        'x-ratelimit-remaining': String(traits.remaining ?? 999),
        'x-ratelimit-reset': String(now() + 1800),
        ...(traits.scopes === undefined ? {} : { 'x-oauth-scopes': traits.scopes }),
        ...(traits.tokenExpires === undefined ? {} : { 'github-authentication-token-expiration': traits.tokenExpires }),
        ...(traits.date === undefined ? {} : { date: traits.date }),
      },
    }),
  },
  {
    operation: 'immutable-releases',
    method: 'GET',
    host: 'api',
    path: /^\/immutable-releases$/,
    async answer({ store: { traits, frozen } }) {
      if (traits.administrator !== true || !frozen) throw new Refusal(404, 'Not Found')
      return found({ enabled: true, enforced_by_owner: false })
    },
  },
  {
    operation: 'read-tag',
    method: 'GET',
    host: 'api',
    path: /^\/git\/ref\/tags\/(.+)$/,
    async answer({ site, store, params: [tag = ''] }) {
      const sha = store.tags.get(tag)
      if (sha === undefined) throw new Refusal(404, 'Not Found')
      return found(wireRef(site, tag, sha, store.annotated(sha) !== undefined))
    },
  },
  {
    operation: 'read-tag',
    method: 'GET',
    host: 'api',
    path: /^\/git\/tags\/([0-9a-f]{40})$/,
    async answer({ site, store, params: [sha = ''] }) {
      const commit = store.annotated(sha)
      if (commit === undefined) throw new Refusal(404, 'Not Found')
      return found(wireTag(site, sha, commit))
    },
  },
  {
    operation: 'list-releases',
    method: 'GET',
    host: 'api',
    path: /^\/releases$/,
    async answer(asked) {
      const releases = visible(asked)
      const listed = asked.fault === 'lag' ? releases.slice(1) : releases
      return paged(
        asked,
        listed.map((release) => wireRelease(asked.site, release)),
      )
    },
  },
  {
    operation: 'get-release',
    method: 'GET',
    host: 'api',
    path: /^\/releases\/tags\/(.+)$/,
    async answer({ site, store, params: [tag] }) {
      const release = store.releases.find((candidate) => candidate.tag === tag && !candidate.draft)
      if (release === undefined) throw new Refusal(404, 'Not Found')
      return found(wireRelease(site, release))
    },
  },
  {
    operation: 'get-release',
    method: 'GET',
    host: 'api',
    path: /^\/releases\/(\d+)$/,
    answer: async (asked) => found(wireRelease(asked.site, seen(asked))),
  },
  {
    operation: 'create-release',
    method: 'POST',
    host: 'api',
    path: /^\/releases$/,
    async answer(asked) {
      const release = asked.store.create((await asked.json()) as ReleaseFields)
      return { status: 201, json: wireRelease(asked.site, release) }
    },
  },
  {
    operation: 'update-release',
    method: 'PATCH',
    host: 'api',
    path: /^\/releases\/(\d+)$/,
    async answer(asked) {
      const release = asked.store.update(Number(asked.params[0]), (await asked.json()) as ReleaseFields)
      return found(wireRelease(asked.site, release))
    },
  },
  {
    operation: 'delete-release',
    method: 'DELETE',
    host: 'api',
    path: /^\/releases\/(\d+)$/,
    async answer({ store, params: [id] }) {
      store.remove(Number(id))
      return { status: 204 }
    },
  },
  {
    operation: 'list-assets',
    method: 'GET',
    host: 'api',
    path: /^\/releases\/(\d+)\/assets$/,
    async answer(asked) {
      const release = seen(asked)
      return paged(
        asked,
        release.assets.map((asset) => wireAsset(asked.site, release, asset)),
      )
    },
  },
  {
    operation: 'download-asset',
    method: 'GET',
    host: 'api',
    path: /^\/releases\/assets\/(\d+)$/,
    async answer(asked) {
      const { asset, release } = asked.store.asset(Number(asked.params[0]))
      if (asked.headers['accept'] !== 'application/octet-stream') return found(wireAsset(asked.site, release, asset))
      const headers = { 'content-type': asset.contentType, 'content-length': String(asset.size) }
      return { status: 200, headers, bytes: createReadStream(asked.store.path(asset.id)) }
    },
  },
  {
    operation: 'delete-asset',
    method: 'DELETE',
    host: 'api',
    path: /^\/releases\/assets\/(\d+)$/,
    async answer({ store, params: [id] }) {
      await store.removeAsset(Number(id))
      return { status: 204 }
    },
  },
  { operation: 'upload-asset', method: 'POST', host: 'uploads', path: /^\/releases\/(\d+)\/assets$/, answer: receive },
]
