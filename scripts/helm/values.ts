import type { Facts } from '../lib/core/facts.ts'
import { readsUrl, settableRows, yaml } from './chart-file.ts'
import type { HelmConfig } from './config.ts'
import type { ChartImage } from './image.ts'

/** One key of values.yaml: its comment, its default, and the JSON Schema that refuses anything else. */
export interface ValueRow {
  readonly key: string
  readonly comment: string
  readonly value: unknown
  readonly schema: object
}

const text = { type: 'string' } as const
const scalar = { type: ['string', 'boolean', 'number'] } as const // --set makes booleans and numbers
const flag = { type: 'boolean' } as const
const free = { type: 'object' } as const
const list = { type: 'array' } as const

function closed(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', additionalProperties: false, properties }
}

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
        port: { type: 'integer', minimum: 1, maximum: 65535 },
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
        port: { type: 'integer', minimum: 1, maximum: 65535 },
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

function podRows(config: HelmConfig): readonly ValueRow[] {
  return [
    {
      key: 'replicas',
      comment: 'Pods of each service; more than one wants a ReadWriteMany volume.',
      value: 1,
      schema: { type: 'integer', minimum: 0 },
    },
    {
      key: 'persistence',
      comment: 'Uploads and other state. Off: they are lost with the pod.',
      value: { enabled: true, size: config.storage, storageClass: '', accessMode: 'ReadWriteOnce', existingClaim: '' },
      schema: closed({
        enabled: flag,
        size: text,
        storageClass: text,
        accessMode: { enum: ['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'] },
        existingClaim: text,
      }),
    },
    { key: 'resources', comment: 'Requests and limits of each container.', value: {}, schema: free },
    { key: 'podAnnotations', comment: 'Annotations of the pods.', value: {}, schema: free },
    { key: 'podLabels', comment: 'More labels of the pods.', value: {}, schema: free },
    { key: 'nodeSelector', comment: 'Where pods may run.', value: {}, schema: free },
    { key: 'tolerations', comment: 'Taints that pods tolerate.', value: [], schema: list },
    { key: 'affinity', comment: 'Where pods want to run.', value: {}, schema: free },
    {
      key: 'serviceAccount',
      comment: 'The pods need no rights; the hook that makes keys has an account of its own.',
      value: { create: true, name: '', annotations: {} },
      schema: closed({ create: flag, name: text, annotations: free }),
    },
    { key: 'nameOverride', comment: 'Another name in labels.', value: '', schema: text },
    { key: 'fullnameOverride', comment: 'Another name of everything.', value: '', schema: text },
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
