import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { Form } from './html.ts'

/** What a request came to after its redirects. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
  readonly redirects: number
}

/** A file to send with a form. */
export interface FormFile {
  readonly field: string
  readonly name: string
  readonly content: string
}

interface Outgoing {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
}

type Answer = Pick<Page, 'status' | 'headers' | 'body'>

const MOST_REDIRECTS = 10
const PATIENCE_MS = 60_000
const KEEPS_METHOD = [307, 308]

/** No page came: the server is silent, or it leads elsewhere (another host, another scheme, in circles). */
export class Unanswered extends Error {}

/** Visits one installation over plain HTTP as a browser would: cookies, redirects, forms; proxy variables do not count. */
export class Browser {
  readonly #base: URL
  readonly #cookies = new Map<string, string>()
  // An agent of its own never asks a proxy, whatever NODE_USE_ENV_PROXY says.
  readonly #agent = new Agent({ keepAlive: false })

  constructor(base: string) {
    this.#base = new URL(base)
  }

  /** Forgets every cookie: a new person at the door. */
  forget(): void {
    this.#cookies.clear()
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.#follow(new URL(path, this.#base), { method: 'GET', headers })
  }

  /** Sends a form of `page` with the values given; what they do not name keeps the value that the page gives it. */
  async send(page: Page, form: Form, values: Readonly<Record<string, string>>, file?: FormFile): Promise<Page> {
    const action = new URL(form.action === '' ? page.url : form.action, page.url)
    const data = formData(form, values, file)
    const plain = [...data].map(([name, value]): [string, string] => [name, String(value)])
    if (form.method !== 'POST') {
      action.search = new URLSearchParams(plain).toString()
      return this.#follow(action, { method: 'GET', headers: {} })
    }
    const encoded = new Response(form.multipart ? data : new URLSearchParams(plain))
    const headers = {
      'content-type': encoded.headers.get('content-type') ?? '',
      origin: action.origin,
      referer: page.url.href,
    }
    return this.#follow(action, { method: 'POST', headers, body: Buffer.from(await encoded.arrayBuffer()) })
  }

  async #follow(start: URL, first: Outgoing): Promise<Page> {
    let [url, outgoing] = [start, first]
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      if (url.origin !== this.#base.origin)
        throw new Unanswered(`was sent to ${url.origin}, which is not this installation`)
      const answer = await this.#ask(url, outgoing).catch((cause: unknown) => {
        throw new Unanswered(`${url.pathname} did not answer${codeOf(cause)}`, { cause })
      })
      this.#keepCookies(answer.headers['set-cookie'] ?? [])
      const { location } = answer.headers
      if (answer.status < 300 || answer.status >= 400 || location === undefined) {
        return { ...answer, url, redirects, text: answer.body.toString() }
      }
      url = new URL(location, url)
      if (!KEEPS_METHOD.includes(answer.status)) outgoing = { method: 'GET', headers: {} }
    }
    throw new Unanswered(`was sent on more than ${MOST_REDIRECTS} times`)
  }

  #ask(url: URL, { method, headers, body }: Outgoing): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const length = body === undefined ? {} : { 'content-length': body.length }
    const sent = { accept: 'text/html,*/*', ...headers, ...length, ...(cookie === '' ? {} : { cookie }) }
    return new Promise((resolve, reject) => {
      const options = { method, headers: sent, agent: this.#agent, timeout: PATIENCE_MS }
      const outgoing = request(url, options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
        })
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} seconds`)))
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }

  /** RFC 6265, 5.2; a `Secure` cookie over plain HTTP is dropped, as a browser away from localhost does. */
  #keepCookies(headers: readonly string[]): void {
    for (const header of headers) {
      const [pair = '', ...attributes] = header.split(';').map((part) => part.trim())
      const at = pair.indexOf('=')
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
      const flags = attributes.map((attribute) => attribute.toLowerCase())
      if (flags.includes('max-age=0') || flags.some(isPast)) this.#cookies.delete(name)
      else if (!flags.includes('secure')) this.#cookies.set(name, value)
    }
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
}

// Servers delete a cookie with the beginning of time; no other date is looked at.
function isPast(attribute: string): boolean {
  return attribute.startsWith('expires=') && attribute.includes('1970')
}

function formData(form: Form, values: Readonly<Record<string, string>>, file: FormFile | undefined): FormData {
  const data = new FormData()
  for (const { name, kind, value } of form.controls) {
    if (values[name] === undefined && kind !== 'file') data.append(name, value)
  }
  for (const [name, value] of Object.entries(values)) data.append(name, value)
  if (file !== undefined) data.append(file.field, new Blob([file.content]), file.name)
  return data
}
