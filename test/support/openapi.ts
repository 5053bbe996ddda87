import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { npmPackage } from '../../scripts/lib/io/npm-package.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import type { Exchange } from '../../scripts/publish/simulate/handle.ts'

const VERSION = '23.0.2' // of @octokit/openapi, GitHub's description of its own interface
const FILE = 'generated/api.github.com.json'

/** Where the stand-in, as GitHub itself, does what the description does not say. */
export interface Deviation {
  readonly what: string
  readonly source: string
  readonly pattern: RegExp // of a finding
}

const DOCS = 'https://docs.github.com/rest'
export const DEVIATIONS: readonly Deviation[] = [
  {
    what: 'an upload that failed upstream leaves an empty asset in state `starter`; the enum knows uploaded and open',
    source: `${DOCS}/releases/assets#upload-a-release-asset`,
    pattern: /^\S+ answered \/\S*state must be equal to one of the allowed values \("starter"\)$/,
  },
  {
    what: 'a fault of GitHub itself has no place in the description of each operation',
    source: `${DOCS}/releases/assets#upload-a-release-asset (502), https://www.githubstatus.com`,
    pattern: /^\S+ answered with the undeclared status 50[24]$/,
  },
  {
    what: 'any operation may be refused by the secondary rate limit',
    source: `${DOCS}/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit`,
    pattern: /^\S+ answered with the undeclared status 403$/,
  },
  {
    what: 'any operation may be refused for its credentials',
    source: `${DOCS}/using-the-rest-api/troubleshooting-the-rest-api`,
    pattern: /^\S+ answered with the undeclared status 401$/,
  },
  {
    what: 'what the token may not see, or what is not replicated yet, is not found, whatever the operation',
    source: `${DOCS}/using-the-rest-api/troubleshooting-the-rest-api#404-not-found-for-an-existing-resource`,
    pattern: /^\S+ answered with the undeclared status 404$/,
  },
]

interface Schema {
  readonly [key: string]: unknown
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content } | { readonly $ref: string }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** What an exchange does otherwise than GitHub describes, deviations left out. */
export type Checker = (exchange: Exchange) => readonly string[]

let opened: Promise<Checker> | undefined

/** A checker by GitHub's own description, fetched from the npm registry once and kept in the cache. */
export function openDescription(): Promise<Checker> {
  opened ??= readDescription().then((document) => checkerOf(document))
  return opened
}

async function readDescription(): Promise<Document> {
  const folder = await npmPackage(cacheFolder(), '@octokit/openapi', VERSION, (path) => path === FILE)
  return JSON.parse(await readFile(join(folder, FILE), 'utf8'))
}

interface Described {
  readonly operation: Operation
  readonly parameters: readonly Parameter[]
}

class Description {
  readonly #document: Document
  readonly #templates: readonly { readonly template: string; readonly pattern: RegExp }[]
  readonly #operations = new Map<string, Described | undefined>()
  readonly #validators = new Map<object, ValidateFunction>()
  readonly #ajv = new Ajv({ strict: false, logger: false, allErrors: true, verbose: true })

  constructor(document: Document) {
    this.#document = document
    this.#templates = Object.keys(document.paths)
      .toSorted((a, b) => a.split('{').length - b.split('{').length) // the more literal one first
      .map((template) => ({ template, pattern: patternOf(template) }))
    this.#ajv.addFormat('uri', (text) => URL.canParse(text))
    this.#ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    this.#ajv.addSchema({ $id: 'github', components: { schemas: document.components['schemas'] } })
  }

  find(method: string, path: string): Described | undefined {
    const template = this.#templates.find(({ pattern }) => pattern.test(path))?.template
    const key = `${method} ${template}`
    if (!this.#operations.has(key)) this.#operations.set(key, this.#describe(method, template))
    return this.#operations.get(key)
  }

  #describe(method: string, template: string | undefined): Described | undefined {
    const operation = this.#document.paths[template ?? '']?.[method.toLowerCase()]
    if (operation === undefined) return undefined
    return { operation, parameters: (operation.parameters ?? []).map((one) => this.resolve<Parameter>(one)) }
  }

  resolve<T>(value: unknown): T {
    if (typeof value !== 'object' || value === null || !('$ref' in value)) return value as T
    const [kind = '', name = ''] = String(value.$ref).split('/').slice(2)
    return this.resolve(this.#document.components[kind]?.[name])
  }

  /** What is wrong with a value, by a schema of the document. */
  wrong(schema: Schema, value: unknown): readonly string[] {
    const validate = this.#validators.get(schema) ?? this.#ajv.compile(absolute(schema) as Schema)
    this.#validators.set(schema, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, keyword, data }) =>
        `${instancePath || '/'} ${message}${keyword === 'enum' ? ` (${JSON.stringify(data)})` : ''}`,
    )
  }
}

/** A path of the description as a pattern; a reference such as `tags/v1` is one parameter of it. */
function patternOf(template: string): RegExp {
  const pattern = template
    .replaceAll('.', '\\.')
    .replaceAll('{ref}', '.+')
    .replaceAll(/\{[a-z_]+\}/g, '[^/]+')
  return new RegExp(`^${pattern}$`)
}

/** References of the document as the one added schema knows them. */
function absolute(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(absolute)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? inner.replace(/^#/, 'github#') : absolute(inner),
    ]),
  )
}

function checkerOf(document: Document): Checker {
  const description = new Description(document)
  return (exchange) => {
    const described = description.find(exchange.method, exchange.path)
    if (described === undefined) return [`${exchange.method} ${exchange.path} is no operation of GitHub`]
    const findings = [
      ...queryFindings(description, described, exchange),
      ...bodyFindings(description, described, exchange),
      ...answerFindings(description, described, exchange),
    ]
    const { operationId } = described.operation
    return findings
      .map((finding) => `${operationId} ${finding}`)
      .filter((finding) => !DEVIATIONS.some(({ pattern }) => pattern.test(finding)))
  }
}

function queryFindings(description: Description, { parameters }: Described, { query }: Exchange): readonly string[] {
  const known = parameters.filter((parameter) => parameter.in === 'query')
  const missing = known.filter(({ name, required }) => required === true && query[name] === undefined)
  return [
    ...missing.map(({ name }) => `lacks the query parameter ${name}`),
    ...Object.entries(query).flatMap(([name, text]) => {
      const parameter = known.find((one) => one.name === name)
      if (parameter === undefined) return [`sent the unknown query parameter ${name}`]
      const value = parameter.schema['type'] === 'integer' ? Number(text) : text
      return description.wrong(parameter.schema, value).map((text) => `sent ${name}: ${text}`)
    }),
  ]
}

function bodyFindings(description: Description, { operation }: Described, exchange: Exchange): readonly string[] {
  const { sent, headers } = exchange
  const content = operation.requestBody?.content
  if (sent === undefined) {
    const raw = content?.['application/octet-stream'] !== undefined
    return raw && headers['content-type'] === undefined ? ['sent bytes without a Content-Type'] : []
  }
  const schema = content?.['application/json']?.schema
  if (schema === undefined) return ['sent JSON where none is wanted']
  const known = Object.keys((schema['properties'] as object | undefined) ?? {})
  const unknown = Object.keys(sent as object).filter((key) => !known.includes(key))
  return [
    ...unknown.map((key) => `sent the unknown field ${key}`),
    ...description.wrong(schema, sent).map((text) => `sent ${text}`),
  ]
}

function answerFindings(description: Description, { operation }: Described, exchange: Exchange): readonly string[] {
  const { status, answered } = exchange
  const response = description.resolve<{ readonly content?: Content } | undefined>(operation.responses[String(status)])
  if (response === undefined) return [`answered with the undeclared status ${status}`]
  const schema = response.content?.['application/json']?.schema
  if (schema === undefined || answered === undefined) return []
  return description.wrong(schema, answered).map((text) => `answered ${text}`)
}
