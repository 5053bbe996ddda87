import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { cachedFile } from '../../scripts/lib/io/cache.ts'
import { npmPackage } from '../../scripts/lib/io/npm-package.ts'
import { openIndexFile } from '../../scripts/lib/io/python-index.ts'
import { openRepository } from '../../scripts/lib/io/registry.ts'
import { scratch } from '../support/stage.ts'

const LARGE = ['.tgz', '.whl', '/blobs/', '/manifests/']

/** A server whose large answers end after their first bytes, as when a line breaks. */
async function breakingServer(): Promise<string> {
  const server = createServer((request, response) => {
    const { url = '' } = request
    const here = `http://${request.headers.host}`
    if (!LARGE.some((part) => url.includes(part))) {
      const dist = { tarball: `${here}/x.tgz`, integrity: 'sha512-AAAA' }
      return void response.end(JSON.stringify({ dist, files: [{ url: `${here}/uv-1.whl` }] }))
    }
    response.writeHead(200, { 'content-length': '1000' })
    response.write('only the first bytes', () => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const before = { ...process.env }
afterEach(() => {
  process.env = { ...before }
})

describe('an answer that is cut short', () => {
  it('is a fault of the network, for files of the Python index and packages of npm', async () => {
    const host = await breakingServer()
    const cache = await scratch()
    process.env['UV_DEFAULT_INDEX'] = `http://${host}/simple`
    process.env['npm_config_registry'] = `http://${host}`
    const failure = { code: 'NETWORK_FAILED', message: expect.stringContaining('was cut short on the way') }
    const wheel = cachedFile(cache, '0'.repeat(64), 'uv', () => openIndexFile('uv', 'uv-1.whl'))
    await expect(wheel).rejects.toMatchObject(failure)
    await expect(npmPackage(cache, 'x', '1.0.0')).rejects.toMatchObject(failure)
  })

  it('of a registry is tried again and then told, not taken for a fault of ours', async () => {
    const told: string[] = []
    const patience = { attempts: 2, second: 1, announce: (text: string) => void told.push(text) }
    const repository = await openRepository(`${await breakingServer()}/team/app`, patience, 'anonymous')
    await expect(repository.pullBlob(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ status: 0 })
    expect(told).toEqual([expect.stringContaining('attempt 1 of 2 failed (no answer)')])
    await expect(repository.manifest('1.0')).rejects.toMatchObject({ status: 0 })
  })
})
