import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { load } from 'js-yaml'
import { Parser } from 'tar'
import { MEDIA_TYPES } from '../lib/core/artifact.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import { spelled } from '../lib/core/version.ts'
import type { LocalAsset } from './finished.ts'
import type { RegistryContent } from './registry-content.ts'

// OCI image specification 1.1; https://helm.sh/docs/topics/registries/#where-are-my-charts
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.cncf.helm.config.v1+json'

/** A packaged chart as Helm keeps it in a registry; without `created`, so that its digest follows from the chart alone. */
export async function chartContent(
  file: LocalAsset,
  facts: Facts,
  imageRepositories: readonly string[],
): Promise<RegistryContent> {
  const chart = await readChartFile(file.path)
  const config = Buffer.from(JSON.stringify(chart))
  const layer = { mediaType: MEDIA_TYPES.chart, digest: `sha256:${file.sha256}`, size: file.size }
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, digest: digestOf(config), size: config.length },
      layers: [layer],
      annotations: annotationsOf(chart),
    }),
  )
  const version = spelled(facts.version, 'semver')
  return {
    name: file.name,
    digest: digestOf(bytes),
    references: imageRepositories.map((repository) => chartReference(repository, facts.app.name, version)),
    moves: false,
    blobs: [
      { digest: digestOf(config), size: config.length, open: () => oneChunk(config) },
      { digest: layer.digest, size: layer.size, open: file.bytes.open },
    ],
    manifests: [{ mediaType: MANIFEST, digest: digestOf(bytes), bytes }],
  }
}

/** Where a chart lies: beside the image `host/owner/name` as `host/owner/charts/CHART:VERSION`; Helm wants the chart's name last. */
export function chartReference(imageRepository: string, chart: string, version: string): string {
  const owner = imageRepository.slice(0, imageRepository.lastIndexOf('/'))
  return `${owner}/charts/${chart}:${version.replaceAll('+', '_')}` // Helm's own rule for the `+` of a version
}

interface ChartFile {
  readonly name?: string
  readonly version?: string
  readonly description?: string
  readonly home?: string
}

function annotationsOf({ name, version, description, home }: ChartFile): Readonly<Record<string, string>> {
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['org.opencontainers.image.title', name],
    ['org.opencontainers.image.version', version],
    ['org.opencontainers.image.description', description],
    ['org.opencontainers.image.url', home],
  ]
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

async function readChartFile(path: string): Promise<ChartFile> {
  const chunks: Buffer[] = []
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      if (/^[^/]+\/Chart\.yaml$/.test(entry.path)) entry.on('data', (chunk: Buffer) => chunks.push(chunk))
      else entry.resume()
    },
  })
  await pipeline(createReadStream(path), parser as unknown as NodeJS.WritableStream)
  const chart = load(Buffer.concat(chunks).toString())
  if (typeof chart === 'object' && chart !== null) return chart
  throw new ReleaseError('PUBLISH_REFUSED', `${path} has no Chart.yaml`, {
    hint: 'Run `slipway build helm` again: the chart is damaged.',
  })
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
