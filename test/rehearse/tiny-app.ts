import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is wrong with the application; each is something that a real one has done. */
export interface Faults {
  readonly silentAfterRestart?: boolean
  readonly forgetsAtRestart?: boolean
  readonly otherStaticBytes?: boolean
  readonly secureCookie?: boolean
  readonly redirectsAway?: boolean
  readonly brokenNotes?: boolean
}

/** A tiny real HTTP server shaped like a Django site: CSRF, sessions, forms, hashed static files. */
export interface TinyApp {
  readonly url: string
  readonly requests: string[]
  restart(): Promise<void>
  stop(): Promise<void>
}

export const staticFiles: Readonly<Record<string, string>> = {
  'app/site.css': 'body { color: teal }',
  'app/site.1a2b.css': 'body { color: teal }',
  'app/site.css.gz': 'pretend this is compressed',
  'staticfiles.json': '{"paths": {"app/site.css": "app/site.1a2b.css"}}',
}

interface State {
  readonly users: Map<string, string>
  readonly sessions: Set<string>
  readonly notes: string[]
  readonly files: Map<string, string>
}

const TOKEN = '<input type="hidden" name="csrf" value="t&amp;k">'
const decoy = '<form action="/language" method="post"><button name="language" value="de">DE</button></form>'

export async function startTinyApp(faults: Faults = {}): Promise<TinyApp> {
  let state: State = { users: new Map(), sessions: new Set(), notes: [], files: new Map() }
  const requests: string[] = []
  let server: Server
  let restarts = 0
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server = createServer((request, response) => {
        requests.push(`${request.method} ${request.url}`)
        answer(request, response, state, faults, restarts).catch((error: unknown) => {
          response.writeHead(500, { 'content-type': 'text/html' }).end(`<p>Traceback</p><p>${String(error)}</p>`)
        })
      }).listen(port, '127.0.0.1', resolve)
    })
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  await listen(0)
  const { port } = server!.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async restart() {
      restarts += 1
      await close()
      if (faults.forgetsAtRestart) state = { ...state, files: new Map() }
      await listen(port)
    },
    stop: close,
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  faults: Faults,
  restarts: number,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://tiny')
  const send = (status: number, body: string): void =>
    void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(body)
  const form = (inputs: string, more = ''): void =>
    send(200, `${decoy}<!-- <form method=post>no</form> --><form method="POST"${more}>${TOKEN}${inputs}</form>`)
  const go = (to: string): void => void response.writeHead(302, { location: to }).end()
  const posted = request.method === 'POST' ? await readForm(request) : undefined
  const may = /session=(\w+)/.exec(request.headers.cookie ?? '')?.[1]
  const known = may !== undefined && state.sessions.has(may)

  if (posted !== undefined && posted.get('csrf') !== 't&k') return send(403, '<h1>Forbidden</h1><p>CSRF &amp; co</p>')
  const routes: Record<string, () => void> = {
    '/ready': () => send(faults.silentAfterRestart && restarts > 0 ? 503 : 200, '1 migrations are not applied'),
    '/setup': () => {
      if (posted === undefined)
        return form('<input name=username><input type=password name=p1><input type=password name=p2>')
      if (posted.get('p1') !== posted.get('p2') || state.users.size > 0)
        return form('<input name=username><input type=password name=p1><b>They differ</b>')
      state.users.set(String(posted.get('username')), String(posted.get('p1')))
      go('/notes')
    },
    '/login': () => {
      if (faults.redirectsAway) return go('https://satchel.example/login')
      const inputs =
        '<input name="username"><input name="password" type="password"><button type=submit name=go value=1>in</button>'
      if (posted === undefined) return form(inputs)
      if (state.users.get(String(posted.get('username'))) !== posted.get('password'))
        return form(`<p>Wrong password</p>${inputs}`)
      if (posted.get('go') !== '1') return send(400, 'the default button was not pressed')
      state.sessions.add('s1')
      response.setHeader('set-cookie', [
        `session=s1; Path=/; HttpOnly${faults.secureCookie ? '; Secure' : ''}`,
        'old=; Max-Age=0',
      ])
      go('/notes')
    },
    '/notes': () => {
      if (!known) return go('/login')
      if (faults.brokenNotes)
        return send(500, '<title>x</title><h1>Server Error</h1><p>manifest.json has no entry for en</p>')
      send(200, state.notes.map((note) => `<li>${note.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</li>`).join(''))
    },
    '/notes/new': () => {
      if (posted === undefined) return form('<input name=title><textarea name=secret>\n</textarea>')
      state.notes.push(`${String(posted.get('title'))}: ${String(posted.get('secret'))}`)
      go('/notes')
    },
    '/files': () =>
      send(200, [...state.files.keys()].map((name) => `<a href="/files/${name}">\n ${name}</a>`).join('')),
    '/files/new': () => {
      if (posted === undefined) return form('<input type=file name=file required>', ' enctype="multipart/form-data"')
      const file = posted.get('file')
      if (!(file instanceof File)) return send(400, 'no file came')
      file.text().then((text) => {
        state.files.set(file.name, text)
        go('/files')
      })
    },
  }
  const route = routes[pathname]
  if (route !== undefined) return route()
  const file = state.files.get(pathname.slice('/files/'.length))
  const asset = staticFiles[pathname.slice('/static/'.length)]
  if (pathname.startsWith('/files/') && file !== undefined) return send(200, file)
  if (pathname.startsWith('/static/') && asset !== undefined && !pathname.endsWith('.gz')) {
    const compressed = staticFiles[`${pathname.slice('/static/'.length)}.gz`]
    if (request.headers['accept-encoding'] === 'gzip' && compressed !== undefined) {
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(compressed)
    }
    return send(200, faults.otherStaticBytes && pathname.includes('1a2b') ? 'body {}' : asset)
  }
  send(404, 'Not Found')
}

async function readForm(request: IncomingMessage): Promise<FormData> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const type = request.headers['content-type'] ?? ''
  return new Response(Buffer.concat(chunks), { headers: { 'content-type': type } }).formData()
}
