import { createHash } from 'node:crypto'
import type { StaticStep } from '../lib/core/rehearsal.ts'
import type { StaticListing } from '../lib/core/stages.ts'
import { isLink, type TreeEntry } from '../lib/core/tree.ts'
import type { Browser, Page } from './browser.ts'
import { stepFailure } from './step-failure.ts'

/** A file as it must come over HTTP. */
interface Served {
  readonly name: string
  readonly url: string
  readonly sha256: string
  readonly encoding?: string
}

const PREFIX = '/static/'
const ENCODINGS: readonly (readonly [extension: string, encoding: string])[] = [
  ['.gz', 'gzip'],
  ['.br', 'br'],
]
const MOST_NAMED = 5

/** Fetches one static file, or `all`, and compares each with static.json; gives how many were compared. */
export async function compareStatic(
  browser: Browser,
  step: StaticStep,
  listing: StaticListing,
  label: string,
): Promise<number> {
  const hashes = servedHashes(listing)
  const prefix = step.prefix ?? PREFIX
  const wanted = step.file === 'all' ? allServed(hashes, prefix) : await oneServed(browser, step, hashes, label)
  if (wanted.length === 0) throw stepFailure(label, 'static.json to list it', 'there is no such file')
  const wrong: string[] = []
  let last: Page | undefined
  for (const file of wanted) {
    const page = await fetchServed(browser, file)
    if (isSame(page, file, hashes)) continue
    wrong.push(`${file.url} (status ${page.status})`)
    last ??= page
  }
  if (last === undefined) return wanted.length
  const named = wrong.slice(0, MOST_NAMED).join(', ')
  const more = wrong.length > MOST_NAMED ? ` and ${wrong.length - MOST_NAMED} more` : ''
  throw stepFailure(label, `the bytes of static.json at ${named}${more}`, last)
}

/** Asks for every file that the former release served and this one does not have: each must be gone; gives how many were asked for. */
export async function assertGone(
  browser: Browser,
  former: StaticListing,
  listing: StaticListing,
  prefix: string | undefined,
  label: string,
): Promise<number> {
  const here = servedHashes(listing)
  const urls = allServed(servedHashes(former), prefix ?? PREFIX).filter(({ name }) => !here.has(name))
  const gone = urls.filter(({ encoding }) => encoding === undefined)
  for (const { url } of gone) {
    const page = await browser.get(url)
    if (page.status !== 404) throw stepFailure(label, `${url}, which this release lacks, to answer 404`, page)
  }
  return gone.length
}

/** Names below the static root with their hashes: what was collected, else the bundle's parts of a folder `static`. */
function servedHashes(listing: StaticListing): ReadonlyMap<string, string> {
  const hashed = (entries: readonly TreeEntry[], name: (path: string) => string): [string, string][] =>
    entries.flatMap((entry) => (isLink(entry) ? [] : [[name(entry.path), entry.sha256]]))
  if (listing.collected.length > 0) return new Map(hashed(listing.collected, (path) => path))
  return new Map(hashed(listing.bundle, (path) => path.slice(path.indexOf('static/') + 'static/'.length)))
}

function allServed(hashes: ReadonlyMap<string, string>, prefix: string): Served[] {
  return [...hashes].map(([name, sha256]) => served(name, sha256, prefix, hashes))
}

/** A compressed sibling is asked for as a browser does: the plain name with `Accept-Encoding`. */
function served(name: string, sha256: string, prefix: string, hashes: ReadonlyMap<string, string>): Served {
  for (const [extension, encoding] of ENCODINGS) {
    const plain = name.slice(0, -extension.length)
    if (name.endsWith(extension) && hashes.has(plain)) return { name, url: urlOf(prefix, plain), sha256, encoding }
  }
  return { name, url: urlOf(prefix, name), sha256 }
}

function urlOf(prefix: string, name: string): string {
  return `${prefix}${name.split('/').map(encodeURIComponent).join('/')}`
}

/** The file under its own name, and under the hashed name that Django's `staticfiles.json` gives it. */
async function oneServed(
  browser: Browser,
  step: StaticStep,
  hashes: ReadonlyMap<string, string>,
  label: string,
): Promise<Served[]> {
  const prefix = step.prefix ?? PREFIX
  const hashedName = step.url === undefined ? await djangoName(browser, step.file, prefix, hashes, label) : undefined
  const names = [step.file, hashedName].filter((name) => name !== undefined)
  return names.flatMap((name) => {
    const sha256 = hashes.get(name)
    if (sha256 === undefined) return []
    return step.url === undefined ? [served(name, sha256, prefix, hashes)] : [{ name, url: step.url, sha256 }]
  })
}

async function djangoName(
  browser: Browser,
  file: string,
  prefix: string,
  hashes: ReadonlyMap<string, string>,
  label: string,
): Promise<string | undefined> {
  const sha256 = hashes.get('staticfiles.json')
  if (sha256 === undefined) return undefined
  const page = await browser.get(urlOf(prefix, 'staticfiles.json'))
  if (hashOf(page) !== sha256) throw stepFailure(label, 'staticfiles.json as in static.json', page)
  const { paths }: { paths: Readonly<Record<string, string>> } = JSON.parse(page.text)
  return paths[file]
}

async function fetchServed(browser: Browser, file: Served): Promise<Page> {
  return browser.get(file.url, { 'accept-encoding': file.encoding ?? 'identity' })
}

/** A server may leave compressed siblings alone; then the plain bytes must come. */
function isSame(page: Page, file: Served, hashes: ReadonlyMap<string, string>): boolean {
  if (page.status !== 200) return false
  const compressed = file.encoding !== undefined && page.headers['content-encoding'] !== file.encoding
  const expected = compressed ? hashes.get(file.name.replace(/\.\w+$/, '')) : file.sha256
  return hashOf(page) === expected
}

function hashOf(page: Page): string {
  return createHash('sha256').update(page.body).digest('hex')
}
