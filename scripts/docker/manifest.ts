import { createHash } from 'node:crypto'
import type { Base, BaseLayer } from '../lib/core/base.ts'
import type { Facts, Platform } from '../lib/core/facts.ts'
import type { OutsideImage } from '../lib/core/format.ts'
import { placesOf, STATE, USER } from './layout.ts'

/** A JSON blob with the digest by which others name it; keys stand in the order in which they were written here. */
export interface JsonBlob {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Uint8Array
}

/** An image of one platform: its layers from below, its configuration and its manifest. */
export interface PlatformImage {
  readonly platform: Platform
  readonly layers: readonly BaseLayer[]
  readonly config: JsonBlob
  readonly manifest: JsonBlob
}

// OCI image specification 1.1, "Media Types"
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'

const SECOND = 1_000_000_000 // times of a health check are in nanoseconds

/** What describes the image to people and registries (OCI image specification, "Annotations"). */
export function annotationsOf(
  facts: Facts,
  base: Pick<Base, 'origin'>,
  version: string,
): Readonly<Record<string, string>> {
  const { app, commit, repository, epoch } = facts
  const source = repository === undefined ? {} : { source: `https://github.com/${repository}` }
  const values: Readonly<Record<string, string>> = {
    title: app.title,
    description: app.summary,
    version,
    ...(commit === '' ? {} : { revision: commit }),
    created: timeOf(epoch),
    url: app.homepage,
    ...source,
    licenses: app.license,
    authors: `${app.maintainer.name} <${app.maintainer.email}>`,
    ...(base.origin === undefined ? {} : { 'base.name': base.origin.name, 'base.digest': base.origin.digest }),
  }
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`org.opencontainers.image.${key}`, value]))
}

export interface ImageParts {
  readonly facts: Facts
  readonly platform: Platform
  readonly base: Base
  readonly own: readonly BaseLayer[]
  readonly annotations: Readonly<Record<string, string>>
}

/** Configuration and manifest of one platform. */
export function platformImage(parts: ImageParts): PlatformImage {
  const { platform, base, own, annotations } = parts
  const layers = [...base.layers, ...own]
  return withManifest(platform, jsonBlob(CONFIG, imageConfig(parts, layers)), layers, annotations)
}

/** An image of one platform that another builder made; its configuration stays as it is. */
export function outsideImage(
  platform: Platform,
  { config, layers }: OutsideImage,
  annotations: Readonly<Record<string, string>>,
): PlatformImage {
  return withManifest(platform, blobOf(CONFIG, config), layers, annotations)
}

function withManifest(
  platform: Platform,
  config: JsonBlob,
  layers: readonly BaseLayer[],
  annotations: Readonly<Record<string, string>>,
): PlatformImage {
  const manifest = jsonBlob(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(config),
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    annotations,
  })
  return { platform, layers, config, manifest }
}

function imageConfig({ facts, platform, base, annotations }: ImageParts, layers: readonly BaseLayer[]): object {
  const created = timeOf(facts.epoch)
  const [os, architecture] = platform.split('/')
  return {
    created,
    architecture,
    os,
    config: runConfig(facts, base, annotations),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ name }) => ({ created, created_by: `slipway: ${name}` })),
  }
}

/** How a container starts; Healthcheck is Docker's own, other runtimes leave it unread. */
function runConfig(facts: Facts, base: Base, annotations: Readonly<Record<string, string>>): object {
  const command = `/${placesOf(facts).command}`
  const ports = facts.runtime.services.flatMap(({ port }) => (port === undefined ? [] : [[`${port}/tcp`, {}] as const]))
  return {
    User: `${USER.uid}:${USER.gid}`,
    ExposedPorts: Object.fromEntries(ports),
    Env: environment(base),
    Entrypoint: [...firstProcess(base), command],
    Cmd: ['run', '--all', ...(facts.runtime.migrate === undefined ? [] : ['--migrate'])], // under a lock: safe for many
    Volumes: { [`/${STATE}`]: {} },
    WorkingDir: `/${STATE}`,
    Labels: { ...base.config.labels, ...annotations },
    StopSignal: 'SIGTERM',
    ...healthcheck(facts, command),
  }
}

const INIT = 'usr/bin/tini'

/**
 * What becomes process 1 where the base has it. The kernel drops signals that process 1 has no action for yet
 * (pid_namespaces(7)): an interpreter takes many milliseconds until it has one, tini less than one. `-s` keeps it
 * quiet where the runtime has put an init of its own before it.
 */
function firstProcess({ view }: Base): readonly string[] {
  return view.has(INIT) ? [`/${INIT}`, '-s', '--'] : []
}

/** `health` asks the first service; one that can never answer would make the container unhealthy for ever. */
function healthcheck({ runtime }: Facts, command: string): object {
  const [first] = runtime.services
  const path = first?.health ?? first?.ready
  if (first?.port === undefined || path === undefined) return {}
  return {
    Healthcheck: {
      Test: ['CMD', command, 'health'],
      Interval: 30 * SECOND,
      Timeout: 10 * SECOND,
      StartPeriod: 300 * SECOND, // migrations of a large database
      Retries: 3,
    },
  }
}

type Variable = readonly [name: string, value: string]

// What a base says of these stands: its programs may lie elsewhere
const DEFAULTS: readonly Variable[] = [
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['LANG', 'C.UTF-8'],
]
const OWN: readonly Variable[] = [['HOME', '/tmp']] // always writable, whatever user and whether or not the root is read-only

function environment({ config }: Base): string[] {
  const given = config.env.map((line): Variable => {
    const at = line.indexOf('=')
    return [line.slice(0, at), line.slice(at + 1)]
  })
  const variables = new Map([
    ...given,
    ...DEFAULTS.filter(([name]) => !given.some(([known]) => known === name)),
    ...OWN,
  ])
  return [...variables].map(([name, value]) => `${name}=${value}`)
}

/** The index over all platforms of one image. */
export function imageIndex(images: readonly PlatformImage[], annotations: Readonly<Record<string, string>>): JsonBlob {
  const manifests = images.map(({ platform, manifest }) => {
    const [os, architecture] = platform.split('/')
    return { ...descriptor(manifest), platform: { architecture, os } }
  })
  return jsonBlob(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests, annotations })
}

/** How one blob is named in another. */
export function descriptor({ mediaType, digest, bytes }: JsonBlob): {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
} {
  return { mediaType, digest, size: bytes.length }
}

function jsonBlob(mediaType: string, value: object): JsonBlob {
  return blobOf(mediaType, Buffer.from(JSON.stringify(value)))
}

function blobOf(mediaType: string, bytes: Uint8Array): JsonBlob {
  return { mediaType, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes }
}

/** RFC 3339, in whole seconds. */
function timeOf(epoch: number): string {
  return new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
}
