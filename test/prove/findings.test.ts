import { describe, expect, it } from 'vitest'
import { type BuiltOutput, MEDIA_TYPES } from '../../scripts/lib/core/artifact.ts'
import { memoryTree } from '../../scripts/lib/io/tree-files.ts'
import { proveCarries, proveDigest, proveNameAndSize, proveNothingSecret } from '../../scripts/prove/findings.ts'
import { mergeLayers } from '../../scripts/prove/image-members.ts'
import { members } from './held.ts'

const bundle = memoryTree({ 'core/app.js': 'js' })
const collected = memoryTree({ 'app.abc.js': 'js', 'admin.css': 'css' })
const trees = { bundle, collected }
const carries = [
  { tree: 'bundle', at: 'usr/lib/app' },
  { tree: 'collected', at: 'usr/share/static' },
] as const

describe('what an artifact carries', () => {
  const whole = {
    'usr/lib/app/core/app.js': 'js',
    'usr/share/static/app.abc.js': 'js',
    'usr/share/static/admin.css': 'css',
  }

  it('is shown file by file when all is well', async () => {
    expect(proveCarries(await members(whole), carries, trees)).toEqual({ shown: 3, findings: [] })
  })

  it('is named where a file is missing, changed, or more than there should be', async () => {
    const wrong = {
      'usr/lib/app/core/app.js': 'JS',
      'usr/share/static/admin.css': 'css',
      'usr/share/static/x.map': '{}',
    }
    expect(proveCarries(await members(wrong), carries, trees)).toEqual({
      shown: 1,
      findings: [
        'bundle: usr/lib/app/core/app.js has other bytes',
        'collected: usr/share/static/app.abc.js is missing',
        'collected: usr/share/static/x.map is not in dist/static.json',
      ],
    })
  })

  it('is found by digest only when an image of this release is named', async () => {
    const digest = `sha256:${'1'.repeat(64)}`
    const chart = await members({ 'app/values.yaml': `image: r@${digest}` })
    expect(proveDigest(chart, [digest])).toEqual([])
    expect(proveDigest(chart, [`sha256:${'2'.repeat(64)}`])).toEqual(['names no image of this release by its digest'])
  })
})

describe('secrets', () => {
  it('are found by name and by content, and allowed by name', async () => {
    const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ'
    const key = `-----BEGIN PRIVATE KEY-----\n${line}\n${line}\n-----END PRIVATE KEY-----\n`
    const found = await members({ 'app/.env': 'A=1', 'app/.git/config': '', 'app/tls.pem': key, 'app/own.pem': key })
    expect(proveNothingSecret(found, ['own.pem'])).toEqual([
      'app/.env looks like a secret',
      'app/.git/config looks like a secret',
      'app/tls.pem holds a private key',
    ])
  })

  it('are allowed by the globs that the app stage knows, wherever the tree lies in an artifact', async () => {
    const found = await members({ 'usr/lib/demo/app/config/dev/.env': '', 'demo-1.0/.secrets/a': '', 'x/.netrc': '' })
    expect(proveNothingSecret(found, ['config/**/.env', '.secrets/*'])).toEqual(['x/.netrc looks like a secret'])
  })

  it('are not keys that a dependency ships for everybody to read', async () => {
    const text = `-----BEGIN ${'PRIVATE'} KEY-----\n${`${'A'.repeat(64)}\n`.repeat(3)}`
    const found = await members({ 'vendor/tornado/test/test.key': text, 'app/own.key': `${text}\n` })
    const shipped = found.get('vendor/tornado/test/test.key')
    const vendored = new Set(shipped?.kind === 'file' ? [shipped.sha256] : [])
    expect(proveNothingSecret(found, [], vendored)).toEqual(['app/own.key holds a private key'])
  })

  it('are not the words that a library which reads keys has in its sources', async () => {
    const found = await members({ 'ssh.py': '_SK_START = b"-----BEGIN OPENSSH PRIVATE KEY-----"\n_END = b"…"' })
    expect(proveNothingSecret(found, [])).toEqual([])
  })
})

describe('names and sizes', () => {
  const output = (name: string, size: number): BuiltOutput => ({
    kind: 'file',
    name,
    size,
    sha256: '',
    mediaType: MEDIA_TYPES.deb,
    carries: 'none',
  })

  it('that GitHub would rewrite or refuse are findings', () => {
    expect(proveNameAndSize(output('app_1.2.0.rc1-1_all.deb', 1))).toEqual([])
    expect(proveNameAndSize(output('app_1.2.0~rc1-1_all.deb', 1))).toEqual(['GitHub would rewrite this name'])
    expect(proveNameAndSize(output('app 1.deb', 2 ** 31))).toHaveLength(2)
  })
})

describe('layers of an image', () => {
  it('replace, remove and empty what lies below', async () => {
    const base = await members({ 'a/one': '1', 'a/two': '2', 'b/three': '3', c: '4' })
    const change = await members({ 'a/.wh.one': '', 'b/.wh..wh..opq': '', 'b/four': '4', c: '5' })
    const merged = mergeLayers([base, change])
    expect([...merged.keys()].toSorted()).toEqual(['a/two', 'b/four', 'c'])
    expect(merged.get('c')).toEqual(change.get('c'))
  })
})
