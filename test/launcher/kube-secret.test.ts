import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeWith } from '../support/tool.ts'
import { type ApiServer, startApiServer } from './api-server.ts'
import { trayFacts } from './facts.ts'
import { type Installation, install, type Outcome } from './installation.ts'

function words(api: ApiServer, place: Installation): string[] {
  const token = place.write('token', 'account-token\n')
  return ['kube-secret', '--name', 'tray', '--namespace', 'office', '--server', api.url, '--token-file', token]
}

function run(api: ApiServer, ...more: string[]): Promise<Outcome> {
  const place = install({ channel: 'image', secrets: '{state}' })
  return place.tray([...words(api, place), ...more], { http_proxy: 'http://127.0.0.1:9' })
}

function stored(api: ApiServer): Readonly<Record<string, string>> {
  const data = api.secrets.get('office/tray')?.data ?? {}
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]),
  )
}

function give(api: ApiServer, data?: Record<string, string>): void {
  const metadata = { name: 'tray', resourceVersion: '900' }
  api.secrets.set('office/tray', data === undefined ? { metadata } : { metadata, data })
}

describeWith(['openssl'], 'kube-secret over TLS, inside a pod', () => {
  it('trusts the certificates it is given, and no others', async () => {
    const place = install({ channel: 'image', secrets: '{state}' })
    const [key, cert] = [join(place.root, 'key.pem'), join(place.root, 'ca.crt')]
    const subject = ['-subj', '/CN=api', '-addext', 'subjectAltName=IP:127.0.0.1']
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
    const [program = '', ...request] = ['openssl', 'req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert]
    execFileSync(program, request, { stdio: 'pipe' })
    const api = await startApiServer({ key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') })
    const pod = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: new URL(api.url).port }
    const account = ['--namespace', 'office', '--token-file', place.write('token', 'account-token')]
    const call = (...more: string[]): Promise<Outcome> =>
      place.tray(['kube-secret', '--name', 'tray', ...account, ...more], pod)
    expect((await call('--ca-file', cert)).stdout).toBe('secret office/tray created with SECRET_KEY\n')
    expect((await call('--insecure')).stdout).toBe('secret office/tray kept\n')
    const untrusted = await place.tray(words(api, place))
    expect(untrusted.status).toBe(1)
    expect(untrusted.stderr).toMatch(/^the API server's certificate is not trusted: self.signed certificate\n$/)
    const absent = 'cannot read the certificates in /var/run/secrets/kubernetes.io/serviceaccount/ca.crt: no such file'
    expect(await call()).toMatchObject({ status: 2, stderr: `${absent} or directory\n` })
  })
})

describe('kube-secret', () => {
  it('creates the Secret with its labels, then keeps it', async () => {
    const api = await startApiServer()
    const first = await run(api, '--label', 'app.kubernetes.io/name=tray', '--label', 'a=b=c')
    expect(first).toEqual({ status: 0, stdout: 'secret office/tray created with SECRET_KEY\n', stderr: '' })
    expect(api.secrets.get('office/tray')?.metadata.labels).toEqual({ 'app.kubernetes.io/name': 'tray', a: 'b=c' })
    const made = stored(api)
    expect(made['SECRET_KEY']).toMatch(/^[\w-]{64}$/)
    expect((await run(api)).stdout).toBe('secret office/tray kept\n')
    expect(stored(api)).toEqual(made)
    expect(api.requests.slice(-1)).toEqual(['GET /api/v1/namespaces/office/secrets/tray'])
  })

  it.each([
    ['no data at all', undefined],
    ['another key', { PASSWORD: 'cA==' }],
    ['an empty value', { PASSWORD: 'cA==', SECRET_KEY: '' }],
  ])('adds what is lacking to a Secret with %s', async (_, data) => {
    const api = await startApiServer()
    give(api, data)
    expect((await run(api)).stdout).toBe('secret office/tray kept, SECRET_KEY added\n')
    expect(stored(api)['SECRET_KEY']).toMatch(/^[\w-]{64}$/)
    expect(stored(api)['PASSWORD']).toBe(data === undefined ? undefined : 'p')
  })

  it('takes what another one made between reading and creating', async () => {
    const api = await startApiServer()
    api.before = (method) => {
      if (method === 'POST') give(api, { SECRET_KEY: 'dGhlaXJz' })
      return undefined
    }
    expect(await run(api)).toMatchObject({ status: 0, stdout: 'secret office/tray kept\n' })
    expect(stored(api)).toEqual({ SECRET_KEY: 'theirs' })
  })

  it('takes what another one added between reading and patching', async () => {
    const api = await startApiServer()
    give(api, {})
    api.before = (method) => {
      if (method === 'PATCH')
        api.secrets.set('office/tray', {
          metadata: { name: 'tray', resourceVersion: '901' },
          data: { SECRET_KEY: 'dGhlaXJz' },
        })
      return undefined
    }
    expect(await run(api)).toMatchObject({ status: 0, stdout: 'secret office/tray kept\n' })
    expect(stored(api)).toEqual({ SECRET_KEY: 'theirs' })
  })

  it('ten at the same time agree on one key', async () => {
    const api = await startApiServer()
    const results = await Promise.all(Array.from({ length: 10 }, () => run(api)))
    expect(results.filter(({ stdout }) => stdout.includes('created'))).toHaveLength(1)
    expect(results.filter(({ stdout }) => stdout.includes('kept\n'))).toHaveLength(9)
    expect(results.every(({ status }) => status === 0)).toBe(true)
  })

  it('tries again after a failing server, also when the answer to its POST was lost', async () => {
    const api = await startApiServer()
    let first = true
    api.before = (method, body) => {
      if (method !== 'POST' || !first) return undefined
      first = false
      const secret = JSON.parse(body) as { data: Record<string, string> }
      give(api, secret.data)
      return 504
    }
    expect(await run(api)).toMatchObject({ status: 0, stdout: 'secret office/tray kept\n' })
  })

  it.each([
    [
      403,
      'the API server refused (403): forced 403; the service account needs get, create and patch on secrets in office\n',
    ],
    [422, 'the API server refused (422): forced 422\n'],
  ])('a refusal %d is a sentence', async (status, stderr) => {
    const api = await startApiServer()
    api.before = () => status
    expect(await run(api)).toEqual({ status: 1, stdout: '', stderr })
  })

  it('outside a pod it asks for a server, and never touches one without generated keys', async () => {
    const place = install()
    expect(await place.tray(['kube-secret', '--name', 'tray'])).toMatchObject({ status: 78, stdout: '' })
    const plain = install({}, trayFacts({ environment: [] }))
    expect((await plain.tray(['kube-secret', '--name', 'tray'])).stderr).toContain('tray has no verb kube-secret')
  })

  it('a wrong label or an absent token file changes nothing', async () => {
    const api = await startApiServer()
    expect(await run(api, '--label', 'nonsense')).toMatchObject({
      status: 2,
      stderr: '--label wants NAME=VALUE, not nonsense\n',
    })
    expect(await run(api, '--token-file', '/no/token')).toMatchObject({
      status: 2,
      stderr: 'cannot read /no/token: no such file or directory\n',
    })
    expect(api.requests).toEqual([])
  })
})
