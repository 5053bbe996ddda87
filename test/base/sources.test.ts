import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ByteSource, firstOf, httpMirror, snapshots } from '../../scripts/base/sources.ts'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { ReleaseError } from '../../scripts/lib/core/error.ts'
import { parseAptSources } from '../../scripts/lib/io/debian-mirrors.ts'

const read = async (source: ByteSource, path: string): Promise<string> =>
  Buffer.from(await gather(await source.open(path))).toString()

describe('sources of packages', () => {
  const asked: string[] = []
  let server: Server
  let root = ''

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      if (request.url?.endsWith('/cut.deb') === true) {
        response.writeHead(200, { 'content-length': '100' }).write('half')
        setTimeout(() => response.destroy(), 50)
        return
      }
      const known = request.url?.endsWith('/kept.deb') === true
      response.writeHead(known ? 200 : 404).end(known ? 'kept' : 'gone')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const silent = (): ByteSource & { count: number } => ({
    name: 'silent',
    count: 0,
    async open() {
      this.count += 1
      throw new ReleaseError('NETWORK_FAILED', 'no answer', { hint: 'Do something.' })
    },
  })

  it('are asked in turn, and one that does not answer only once', async () => {
    const dead = silent()
    const chain = firstOf([dead, httpMirror(`${root}/`)])
    expect(await read(chain, 'debian/pool/kept.deb')).toBe('kept')
    expect(await read(chain, 'debian/pool/kept.deb')).toBe('kept')
    expect(dead.count).toBe(1)
  })

  it('say that a file is gone when one of them knows, and that nobody answers when none does', async () => {
    await expect(read(firstOf([silent(), httpMirror(root)]), 'debian/x')).rejects.toMatchObject({
      code: 'NOT_IN_REGISTRY',
    })
    const lost = firstOf([silent()])
    await expect(read(lost, 'debian/x')).rejects.toMatchObject({ code: 'NETWORK_FAILED' })
    await expect(read(lost, 'debian/x')).rejects.toMatchObject({ code: 'NETWORK_FAILED' })
  })

  it('say that the network failed when a body is cut short', async () => {
    await expect(read(httpMirror(root), 'debian/cut.deb')).rejects.toMatchObject({ code: 'NETWORK_FAILED' })
  })

  it('include the archive of everything, asked at the time of the locked release', async () => {
    const source = snapshots([{ archive: 'debian', date: Date.UTC(2026, 8, 12, 7, 55, 41) / 1000 }], root)
    expect(await read(source, 'debian/pool/main/k/kept.deb')).toBe('kept')
    expect(asked.at(-1)).toBe('/archive/debian/20260912T075541Z/pool/main/k/kept.deb')
    await expect(read(source, 'debian-security/pool/kept.deb')).rejects.toMatchObject({ code: 'NOT_IN_REGISTRY' })
  })

  it('are found in both formats of apt sources', () => {
    const text = `# deb http://old.example/debian bookworm main
deb [signed-by=/x.gpg] http://one.example/mirror/debian/ bookworm main
deb https://security.example/debian-security bookworm-security main
Types: deb
URIs: https://two.example/debian http://one.example/mirror/debian
Suites: trixie`
    expect(parseAptSources(text)).toEqual(['http://one.example/mirror', 'https://two.example'])
  })
})
