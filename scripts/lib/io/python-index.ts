import { ReleaseError } from '../core/error.ts'
import { bodyOf, download } from './http.ts'
import { pythonIndex } from './network.ts'

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json'

/** A file of a project on the Python index. */
export interface IndexFile {
  readonly name: string
  readonly url: URL
  readonly sha256?: string // as the index says
}

/** The files of a project on the configured Python index (simple repository API, JSON or HTML); NOT_IN_REGISTRY if it lacks the project. */
export async function indexFiles(project: string): Promise<readonly IndexFile[]> {
  const { url, headers } = pythonIndex()
  const page = `${url}/${project}/`
  const answer = await download(page, { ...headers, accept: `${JSON_TYPE}, text/html;q=0.5` })
  return filesOf(await answer.text(), page)
}

/** The bytes of such a file. */
export async function openFile({ url }: IndexFile): Promise<AsyncIterable<Uint8Array>> {
  const index = pythonIndex()
  return bodyOf(await download(url.href, url.origin === new URL(index.url).origin ? index.headers : {}))
}

/** Opens a file of the configured Python index by its name; NOT_IN_REGISTRY if it lacks it. */
export async function openIndexFile(project: string, filename: string): Promise<AsyncIterable<Uint8Array>> {
  const file = (await indexFiles(project)).find(({ name }) => name === filename)
  if (file === undefined) {
    throw new ReleaseError('NOT_IN_REGISTRY', `the Python index lacks ${filename}`, {
      hint: 'Use an index that mirrors PyPI completely (UV_DEFAULT_INDEX).',
    })
  }
  return openFile(file)
}

interface JsonPage {
  readonly files: readonly { readonly url: string; readonly hashes?: { readonly sha256?: string } }[]
}

// Some mirrors answer HTML under the JSON type, so the text decides.
function filesOf(text: string, page: string): readonly IndexFile[] {
  if (!text.trimStart().startsWith('{')) {
    return [...text.matchAll(/<a\s[^>]*href="([^"]+)"/g)].map(([, href = '']) =>
      fileOf(href.replaceAll('&amp;', '&'), page),
    )
  }
  const { files }: JsonPage = JSON.parse(text)
  return files.map(({ url, hashes }) => fileOf(url, page, hashes?.sha256))
}

// The hash may stand in the fragment (PEP 503).
function fileOf(href: string, page: string, known?: string): IndexFile {
  const url = new URL(href, page)
  const sha256 = known ?? /^#sha256=([0-9a-f]{64})$/.exec(url.hash)?.[1]
  url.hash = ''
  const name = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
  return { name, url, ...(sha256 === undefined ? {} : { sha256 }) }
}
