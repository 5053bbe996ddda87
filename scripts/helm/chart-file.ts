import { dump } from 'js-yaml'
import type { Facts } from '../lib/core/facts.ts'
import type { HelmConfig } from './config.ts'
import type { ChartImage } from './image.ts'

/** YAML that Helm's YAML 1.1 reader understands as we mean it. */
export function yaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true })
}

/** Chart.yaml, apiVersion v2 (Helm's chart format), with the image by digest for Artifact Hub. */
export function renderChartFile(facts: Facts, config: HelmConfig, version: string, image: ChartImage): string {
  const { app } = facts
  return yaml({
    apiVersion: 'v2',
    name: app.name,
    type: 'application',
    version,
    appVersion: version,
    description: app.summary,
    kubeVersion: config.kubernetes,
    home: app.homepage,
    ...(facts.repository === undefined ? {} : { sources: [`https://github.com/${facts.repository}`] }),
    ...(config.icon === undefined ? {} : { icon: config.icon }),
    maintainers: [{ name: app.maintainer.name, email: app.maintainer.email }],
    annotations: {
      'artifacthub.io/license': app.license,
      'artifacthub.io/prerelease': String(facts.version.prerelease),
      'artifacthub.io/images': yaml([{ name: app.name, image: `${image.repository}:${image.tag}@${image.digest}` }]),
    },
  })
}

/** files/app.json: what the fixed templates must know of this application and what nobody changes. */
export function renderAppFile(facts: Facts): string {
  const { app, runtime } = facts
  const rows = runtime.environment
  const bySource = (source: string): readonly string[] =>
    rows.filter(({ from }) => from === source).map(({ name }) => name)
  const value = {
    name: app.name,
    title: app.title,
    command: `/usr/bin/${app.name}`,
    services: runtime.services.map(({ name, port, health, ready, host }) => ({ name, port, health, ready, host })),
    migrate: runtime.migrate !== undefined,
    database: {
      kind: runtime.database?.kind ?? '',
      host: bySource('database.host'),
      port: bySource('database.port'),
      name: bySource('database.name'),
      user: bySource('database.user'),
      password: bySource('database.password'),
      url: bySource('database.url'),
    },
    generated: rows.filter(({ generate }) => generate === 'key').map(({ name }) => name),
    secrets: rows.filter(isPlainSecret).map(({ name }) => name),
  }
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Variables that a person may set in `env`: no secrets, nothing that the chart itself fills. */
export function settableRows(facts: Facts): Facts['runtime']['environment'] {
  return facts.runtime.environment.filter(({ secret, from }) => !secret && from === undefined)
}

/** Whether the application wants the database as one URL: no chart can put a password into it, so a Secret holds it whole. */
export function readsUrl({ runtime }: Facts): boolean {
  return runtime.environment.some(({ from }) => from === 'database.url')
}

function isPlainSecret(row: Facts['runtime']['environment'][number]): boolean {
  return row.secret && row.generate === undefined && row.from === undefined
}
