import type { Facts } from '../lib/core/facts.ts'
import { readsUrl, settableRows, yaml } from './chart-file.ts'
import type { HelmConfig } from './config.ts'
import type { ChartImage } from './image.ts'
import { podRows } from './pod-values.ts'
import { closed, flag, free, list, port, scalar, text, type ValueRow } from './value-row.ts'

/** THE table of values: values.yaml, its schema and the chart's page are written from it. */
export function valueRows(facts: Facts, config: HelmConfig, image: ChartImage): readonly ValueRow[] {
  return [
    ...imageRows(image),
    ...databaseRows(facts),
    ...applicationRows(facts),
    ...exposureRows(facts),
    ...podRows(config),
  ]
}

function imageRows(image: ChartImage): readonly ValueRow[] {
  return [
    {
      key: 'image',
      comment: 'The image of this release; the digest wins over the tag.',
      value: { repository: image.repository, tag: image.tag, digest: image.digest, pullPolicy: 'IfNotPresent' },
      schema: closed({
        repository: text,
        tag: text,
        digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
        pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
      }),
    },
    { key: 'imagePullSecrets', comment: 'Secrets for a private registry: [{name: …}].', value: [], schema: list },
  ]
}

function databaseRows(facts: Facts): readonly ValueRow[] {
  if (facts.runtime.database === undefined) return []
  const url = readsUrl(facts)
  return [
    {
      key: 'database',
      comment: `PostgreSQL ${facts.runtime.database.versions}, outside this chart. ${url ? 'Its whole URL' : 'The password'} is read from a Secret that you make.`,
      value: {
        host: '',
        port: 5432,
        name: facts.app.name,
        user: facts.app.name,
        existingSecret: '',
        passwordKey: 'password',
        ...(url ? { urlKey: 'url' } : {}),
      },
      schema: closed({
        host: text,
        port: port,
        name: text,
        user: text,
        existingSecret: text,
        passwordKey: text,
        ...(url ? { urlKey: text } : {}),
      }),
    },
  ]
}

function applicationRows(facts: Facts): readonly ValueRow[] {
  const rows = settableRows(facts)
  const names = rows.map(({ name, meaning }) => `  ${name}: ${meaning}`)
  return [
    {
      key: 'env',
      comment: ['Settings of the application:', ...names].join('\n'),
      value: {},
      schema: closed(Object.fromEntries(rows.map(({ name, meaning }) => [name, { ...scalar, description: meaning }]))),
    },
    {
      key: 'secret',
      comment:
        'Keys are made once by a hook and kept for ever; existingSecret names a Secret of your own instead (GitOps).',
      value: { existingSecret: '' },
      schema: closed({ existingSecret: text }),
    },
    {
      key: 'extraEnv',
      comment: 'More environment of the containers, as Kubernetes writes it: [{name: …, value: …}].',
      value: [],
      schema: list,
    },
  ]
}

function exposureRows(facts: Facts): readonly ValueRow[] {
  return [
    {
      key: 'service',
      comment: 'How the application is reached inside the cluster.',
      value: { type: 'ClusterIP', port: 80, annotations: {} },
      schema: closed({
        type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
        port: port,
        annotations: free,
      }),
    },
    {
      key: 'ingress',
      comment: 'How it is reached from outside.',
      value: { enabled: false, className: '', host: `${facts.app.name}.example.com`, annotations: {}, tlsSecret: '' },
      schema: closed({ enabled: flag, className: text, host: text, annotations: free, tlsSecret: text }),
    },
  ]
}

/** values.yaml with a comment above each key. */
export function renderValues(rows: readonly ValueRow[]): string {
  return rows
    .map(({ key, comment, value }) => `${comment.replaceAll(/^/gm, '# ')}\n${yaml({ [key]: value })}`)
    .join('\n')
}

/** values.schema.json (JSON Schema draft 7): a typing error in a value fails the installation. */
export function renderValuesSchema(rows: readonly ValueRow[]): string {
  const properties = Object.fromEntries(
    rows.map(({ key, comment, schema }) => [key, { description: comment, ...schema }]),
  )
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: false,
    properties: { global: free, ...properties },
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** The table of values for the chart's README. */
export function renderValuesTable(rows: readonly ValueRow[]): string {
  const cell = (value: string): string => value.replaceAll('|', '\\|').replaceAll('\n', '<br>')
  const lines = rows.map(
    ({ key, comment, value }) => `| \`${key}\` | ${cell(comment)} | \`${cell(JSON.stringify(value))}\` |`,
  )
  return ['| key | meaning | default |', '|---|---|---|', ...lines, ''].join('\n')
}
