import { readKeys } from 'openpgp'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyRelease } from '../../scripts/base/release.ts'
import { pinnedKeys } from '../../scripts/base/suites.ts'
import { type ArchiveKey, archiveKey, httpDate, signedRelease } from '../support/debian-mirror.ts'

const now = Math.floor(Date.now() / 1000)
const digest = 'a'.repeat(64)

const release = (fields: Record<string, string> = {}): string =>
  `${Object.entries({ Origin: 'Test', Suite: 'stable', Codename: 'trixie', Date: httpDate(now - 60), ...fields })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')}\nSHA256:\n ${digest} 1234 main/binary-amd64/Packages.xz\n`

describe('a release file', () => {
  let key: ArchiveKey
  let other: ArchiveKey
  const verify = (text: string, keys: readonly string[] = [key.armored]) =>
    verifyRelease(text, keys, { archive: 'debian', suite: 'trixie', now: now + 5 })

  beforeAll(async () => {
    key = await archiveKey()
    other = await archiveKey()
  })

  it('signed by a pinned key names its indexes and its signer', async () => {
    const found = await verify(await signedRelease(release(), key))
    expect(found.index('amd64')).toEqual({ path: 'main/binary-amd64/Packages.xz', sha256: digest, size: 1234 })
    expect(found.date).toBe(now - 60)
    expect(found.signers).toEqual([expect.stringMatching(/^[0-9A-F]{40}$/)])
  })

  it('is judged by what was signed only: lines before and after the armour are not read', async () => {
    const signed = await signedRelease(release(), key)
    const wrapped = `Codename: sid\n${signed}\nSHA256:\n ${'b'.repeat(64)} 1 main/binary-arm64/Packages.xz\n`
    const found = await verify(wrapped)
    expect(found.suite).toBe('trixie')
    expect(() => found.index('arm64')).toThrow('lists no main/binary-arm64/Packages.xz')
  })

  it.each([
    ['with a changed byte', (text: string) => text.replace('1234', '1235'), 'no valid signature'],
    ['that is not signed at all', () => release(), 'not a signed release file'],
  ])('%s is refused', async (_name, change, message) => {
    const text = change(await signedRelease(release(), key))
    await expect(verify(text)).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
      message: expect.stringContaining(message),
    })
  })

  it('signed by another key is refused', async () => {
    const text = await signedRelease(release(), other)
    await expect(verify(text)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
    await expect(verify(text, await pinnedKeys('trixie'))).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  it.each([
    ['of another codename', { Codename: 'sid' }, 'says it is sid'],
    ['whose validity is over', { 'Valid-Until': httpDate(now - 30) }, 'was valid until'],
  ])('%s is refused', async (_name, fields, message) => {
    const text = await signedRelease(release(fields), key)
    await expect(verify(text)).rejects.toThrow(message)
  })

  it.each([
    ['trixie', '04B54C3CDCA79751B16BC6B5225629DF75B188BD'],
    ['bookworm', 'B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8'],
  ])('has three pinned keys of Debian %s', async (suite, automatic) => {
    const pinned = await pinnedKeys(suite)
    expect(pinned).toHaveLength(3)
    const found = (await Promise.all(pinned.map((armoredKeys) => readKeys({ armoredKeys })))).flat()
    expect(found.map((one) => one.getFingerprint().toUpperCase())).toContain(automatic)
  })

  it('has no keys of an unknown Debian release', async () => {
    await expect(pinnedKeys('buzz')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
