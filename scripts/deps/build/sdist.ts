import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { extract } from 'tar'
import { normaliseName } from '../../lib/core/dependency-files.ts'
import { ReleaseError } from '../../lib/core/error.ts'
import { cachedFile } from '../../lib/io/cache.ts'
import { type IndexFile, indexFiles, openFile } from '../../lib/io/python-index.ts'
import { run } from '../../lib/io/run.ts'
import type { Pin } from './pin.ts'

/** A source archive in the cache, with the bytes that the lock or the index names. */
export interface Sdist {
  readonly file: string // its name on the index
  readonly sha256: string
  readonly path: string // absolute
}

/** Fetches the source archive of a pinned version; with a lock only one that the lock names by its hash. */
export async function fetchSdist(cache: string, pin: Pin): Promise<Sdist> {
  const archive = (await indexFiles(pin.name)).find((file) => isWanted(file, pin))
  const { sha256 } = archive ?? {}
  if (archive === undefined || sha256 === undefined) throw lacking(pin)
  const path = await cachedFile(cache, sha256, archive.name, () => openFile(archive))
  return { file: archive.name, sha256, path }
}

function isWanted({ name, sha256 }: IndexFile, pin: Pin): boolean {
  const [, project = '', version = ''] = /^(.+)-([^-]+)\.(?:tar\.gz|zip)$/.exec(name) ?? [] // PEP 625, and before it
  if (normaliseName(project) !== pin.name || sha256 === undefined) return false
  return pin.hashes.length === 0 ? release(version) === release(pin.version) : pin.hashes.includes(sha256)
}

/** PEP 440: zeros at the end of a release mean nothing. */
const release = (version: string): string => version.replace(/(?:\.0)+$/, '')

function lacking({ name, version, hashes }: Pin): ReleaseError {
  const what = `source archive of ${name} ${version}${hashes.length === 0 ? '' : ' with a hash of the lock'}`
  return new ReleaseError('NOT_IN_REGISTRY', `the Python index has no ${what}`, {
    hint: `Give a wheel of it in deps.wheels, and remove ${name} from deps.build.`,
  })
}

/** Unpacks a source archive into a folder that is not there yet; its one top folder becomes it. */
export async function unpackSdist({ file, path }: Sdist, folder: string): Promise<void> {
  if (!file.endsWith('.zip')) {
    await mkdir(folder)
    return extract({ file: path, cwd: folder, strip: 1 })
  }
  const beside = `${folder}.zip`
  await run(['python3', '-IS', '-m', 'zipfile', '-e', path, beside])
  const [top = ''] = await readdir(beside)
  await rename(join(beside, top), folder)
  await rm(beside, { recursive: true })
}
