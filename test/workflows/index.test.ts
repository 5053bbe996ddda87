import { createHash } from 'node:crypto'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compareWithIndex } from '../../scripts/publish/index-files.ts'
import { finishedDist } from '../support/finished-dist.ts'
import { slipway } from '../support/release.ts'

const FILES = { 'demo_app-1.5.0.tar.gz': 'sdist', 'demo_app-1.5.0-py3-none-any.whl': 'wheel' }
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

let folder = ''
let server: Server
let index = ''
let page: Readonly<Record<string, string>> | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-index-'))
  server = createServer((request, response) => {
    if (request.url !== '/simple/demo-app/' || page === undefined) return response.writeHead(404).end()
    response.setHeader('content-type', String(request.headers.accept))
    const files = Object.entries(page).map(([filename, text]) => ({ filename, hashes: { sha256: sha256(text) } }))
    return response.end(JSON.stringify({ meta: { 'api-version': '1.0' }, name: 'demo-app', files }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

/** Compares a dist/ whose only format is the Python one. */
async function compare(files: Readonly<Record<string, string>> = FILES) {
  await finishedDist(folder, { files })
  await rename(join(folder, 'built/files.json'), join(folder, 'built/pypi.json'))
  return compareWithIndex(folder, index)
}

describe('before the upload to the Python index', () => {
  it('an unknown project wants both files', async () => {
    page = undefined
    expect(await compare()).toEqual({ there: [], missing: Object.keys(FILES) })
  })

  it('an upload that stopped half-way wants the rest', async () => {
    page = { 'demo_app-1.5.0.tar.gz': 'sdist', 'demo_app-1.4.0.tar.gz': 'older' }
    expect(await compare()).toEqual({
      there: ['demo_app-1.5.0.tar.gz'],
      missing: ['demo_app-1.5.0-py3-none-any.whl'],
    })
  })

  it('equal files are done, also for the next step of a workflow', async () => {
    page = FILES
    expect((await compare()).missing).toEqual([])
    const said = await slipway(['index', '--out', folder, '--index', index])
    expect(said).toMatchObject({ exitCode: 0, stdout: 'upload=no' })
  })

  it('other bytes under a name are refused', async () => {
    page = { ...FILES, 'demo_app-1.5.0.tar.gz': 'somebody else' }
    await expect(compare()).rejects.toMatchObject({
      code: 'PUBLISH_REFUSED',
      message: 'demo_app-1.5.0.tar.gz is in the index with other bytes',
    })
  })

  it('a file that changed since it was built is refused', async () => {
    page = undefined
    await compare()
    await writeFile(join(folder, 'artifacts/demo_app-1.5.0.tar.gz'), 'changed')
    const said = await slipway(['index', '--out', folder, '--index', index])
    expect(said.exitCode).toBe(1)
    expect(said.stderr).toContain('demo_app-1.5.0.tar.gz changed after it was built')
  })
})
