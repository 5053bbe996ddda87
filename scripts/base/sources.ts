import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import { bodyOf, download } from '../lib/io/http.ts'
import type { Release } from './release.ts'

/** Where bytes of Debian archives come from; every file is checked by signature or sha256 afterwards. Paths begin with the archive's name: `debian/pool/main/…`. */
export interface ByteSource {
  readonly name: string
  open(path: string): Promise<AsyncIterable<Uint8Array>>
}

/** A mirror over HTTP; `url` is what lies above `/debian` and `/debian-security`. */
export function httpMirror(url: string): ByteSource {
  const root = url.replace(/\/$/, '')
  return {
    name: root,
    async open(path) {
      return bodyOf(await download(`${root}/${path}`))
    },
  }
}

/** snapshot.debian.org keeps every package for ever; it is asked at the time of the locked indexes. */
export function snapshots(
  releases: readonly Pick<Release, 'archive' | 'date'>[],
  root = 'https://snapshot.debian.org',
): ByteSource {
  const times = new Map(releases.map(({ archive, date }) => [archive, snapshotTime(date)]))
  return {
    name: root,
    async open(path) {
      const [archive = '', ...rest] = path.split('/')
      const time = times.get(archive)
      if (time === undefined) throw notThere(path)
      return bodyOf(await download(`${root}/archive/${archive}/${time}/${rest.join('/')}`))
    },
  }
}

const snapshotTime = (date: number): string => `${new Date(date * 1000).toISOString().replace(/[-:]|\.\d+/g, '')}`

/** A folder: a mirror's copy, or one with nothing but the packages. */
export function directory(dir: string): ByteSource {
  return {
    name: dir,
    async open(path) {
      for (const candidate of [join(dir, path), join(dir, basename(path))]) {
        const there = await access(candidate).then(
          () => true,
          () => false,
        )
        if (there) return createReadStream(candidate)
      }
      throw notThere(path)
    },
  }
}

/** Asks one after the other; one that does not answer at all is not asked again. */
export function firstOf(sources: readonly ByteSource[]): ByteSource {
  const silent = new Set<ByteSource>()
  return {
    name: sources.map((source) => source.name).join(', '),
    async open(path) {
      const failures: ReleaseError[] = []
      for (const source of sources.filter((one) => !silent.has(one))) {
        const bytes = await source.open(path).catch((error: unknown) => {
          if (!(error instanceof ReleaseError)) throw error
          if (error.code !== 'NOT_IN_REGISTRY') silent.add(source)
          failures.push(error)
        })
        if (bytes !== undefined) return bytes
      }
      // A mirror that says "gone" is an answer even when the others are silent
      throw failures.find((error) => error.code === 'NOT_IN_REGISTRY') ?? failures[0] ?? unreachable(path)
    },
  }
}

function notThere(path: string): ReleaseError {
  const hint = 'Run `slipway lock` for packages that the mirrors have now.'
  return new ReleaseError('NOT_IN_REGISTRY', `${path} does not exist`, { hint })
}

function unreachable(path: string): ReleaseError {
  return new ReleaseError('NETWORK_FAILED', `no Debian mirror gives ${path}`, {
    hint: 'Check the network, or name a mirror or a folder in SLIPWAY_DEBIAN_MIRROR.',
  })
}
