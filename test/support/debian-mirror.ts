import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createCleartextMessage, generateKey, type PrivateKey, sign } from 'openpgp'
import { ar } from '../../scripts/lib/archive/ar.ts'
import { gather, streamOf } from '../../scripts/lib/archive/bytes.ts'
import { type ArchiveEntry, fileEntry, withDirectories } from '../../scripts/lib/archive/entry.ts'
import { tar } from '../../scripts/lib/archive/tar.ts'
import { pipe } from '../../scripts/lib/io/run.ts'

/** A throw-away archive key. */
export interface ArchiveKey {
  readonly privateKey: PrivateKey
  readonly armored: string
}

export async function archiveKey(): Promise<ArchiveKey> {
  const { privateKey, publicKey } = await generateKey({ userIDs: [{ name: 'test archive' }], format: 'object' })
  return { privateKey, armored: publicKey.armor() }
}

/** A package to be made: control fields and what is inside. */
export interface FixturePackage {
  readonly name: string
  readonly version: string
  readonly fields?: Readonly<Record<string, string>>
  readonly entries: readonly ArchiveEntry[]
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A .deb with everything in `data.tar` stored as it is. */
export async function buildDeb(fixture: FixturePackage, arch = 'amd64', epoch = 1_700_000_000): Promise<Uint8Array> {
  const { name, version, fields = {} } = fixture
  const control = { Package: name, Version: version, Architecture: arch, ...fields }
  const text = `${Object.entries(control)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')}`
  const options = { dialect: 'gnu', epoch, prefix: './', owner: 'root' } as const
  const member = async (name: string, entries: readonly ArchiveEntry[]) => {
    const bytes = await gather(tar(withDirectories(entries), options))
    return { name, size: bytes.length, open: () => streamOf(bytes) }
  }
  const version2 = Buffer.from('2.0\n')
  const members = [
    { name: 'debian-binary', size: version2.length, open: () => streamOf(version2) },
    await member('control.tar', [fileEntry('control', text)]),
    await member('data.tar', fixture.entries),
  ]
  return gather(ar(members, epoch))
}

/** Release date and validity as their fields are written. */
export const httpDate = (seconds: number): string => new Date(seconds * 1000).toUTCString().replace('GMT', 'UTC')

export async function signedRelease(text: string, key: ArchiveKey): Promise<string> {
  const message = await createCleartextMessage({ text })
  return sign({ message, signingKeys: key.privateKey })
}

export interface MirrorOptions {
  readonly suite: string
  readonly date: number
  readonly packages: readonly FixturePackage[]
}

/** A mirror in a folder: one signed release with packages, and its two sister suites without any. */
export async function writeMirror(
  dir: string,
  key: ArchiveKey,
  { suite, date, packages }: MirrorOptions,
): Promise<void> {
  const put = async (path: string, bytes: Uint8Array | string): Promise<void> => {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), bytes)
  }
  const parts = [
    { archive: 'debian', suite, packages },
    { archive: 'debian', suite: `${suite}-updates`, packages: [] },
    { archive: 'debian-security', suite: `${suite}-security`, packages: [] },
  ]
  for (const part of parts) {
    const rows: string[] = []
    for (const arch of ['amd64', 'arm64']) {
      const stanzas: string[] = []
      for (const one of part.packages) {
        const deb = await buildDeb(one, arch)
        const path = `pool/main/${one.name}_${one.version}_${arch}.deb`
        await put(`${part.archive}/${path}`, deb)
        const fields = { Package: one.name, Version: one.version, Architecture: arch, ...one.fields }
        const index = { ...fields, Filename: path, Size: String(deb.length), SHA256: sha256(deb) }
        stanzas.push(
          `${Object.entries(index)
            .map(([name, value]) => `${name}: ${value}`)
            .join('\n')}\n`,
        )
      }
      const packed = await gather(pipe(['xz', '-c'], streamOf(Buffer.from(stanzas.join('\n')))))
      const digest = sha256(packed)
      await put(`${part.archive}/dists/${part.suite}/main/binary-${arch}/by-hash/SHA256/${digest}`, packed)
      rows.push(` ${digest} ${packed.length} main/binary-${arch}/Packages.xz`)
    }
    const head = [`Suite: stable`, `Codename: ${part.suite}`, `Date: ${httpDate(date)}`, 'SHA256:']
    await put(`${part.archive}/dists/${part.suite}/InRelease`, await signedRelease([...head, ...rows].join('\n'), key))
  }
}
