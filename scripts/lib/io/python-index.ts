import { ReleaseError } from '../core/error.ts'
import { bodyOf, download } from './http.ts'
import { pythonIndex } from './network.ts'

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json'

/** Opens a file of the configured Python index by its name (simple repository API, JSON or HTML); NOT_IN_REGISTRY if it lacks it. */
export async function openIndexFile(project: string, filename: string): Promise<AsyncIterable<Uint8Array>> {
  const { url, headers } = pythonIndex()
  const page = `${url}/${project}/`
  const answer = await download(page, { ...headers, accept: `${JSON_TYPE}, text/html;q=0.5` })
  const file = fileLinks(await answer.text(), page).find((link) => nameOf(link) === filename)
  if (file === undefined) {
    throw new ReleaseError('NOT_IN_REGISTRY', `the Python index lacks ${filename}`, {
      hint: 'Use an index that mirrors PyPI completely (UV_DEFAULT_INDEX).',
    })
  }
  return bodyOf(await download(file.href, file.origin === new URL(url).origin ? headers : {}))
}

// Some mirrors answer HTML under the JSON type, so the text decides.
function fileLinks(text: string, page: string): readonly URL[] {
  if (!text.trimStart().startsWith('{')) {
    return [...text.matchAll(/<a\s[^>]*href="([^"]+)"/g)].map(([, href = '']) => urlOf(href, page))
  }
  const { files }: { readonly files: readonly { readonly url: string }[] } = JSON.parse(text)
  return files.map((file) => urlOf(file.url, page))
}

function urlOf(href: string, page: string): URL {
  const url = new URL(href.replaceAll('&amp;', '&'), page)
  url.hash = ''
  return url
}

function nameOf(link: URL): string {
  return decodeURIComponent(link.pathname.split('/').at(-1) ?? '')
}
