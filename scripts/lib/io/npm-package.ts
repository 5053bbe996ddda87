import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { extract } from 'tar'
import { ReleaseError } from '../core/error.ts'
import { writeBeside } from './files.ts'
import { bodyOf, download } from './http.ts'
import { npmRegistry, type Registry } from './network.ts'

interface Version {
  readonly dist: { readonly tarball: string; readonly integrity?: string }
}

/** A package of the npm registry at exactly one version, checked by its integrity and unpacked once; gives its folder. */
export async function npmPackage(
  cache: string,
  name: string,
  version: string,
  keep: (path: string) => boolean = () => true,
): Promise<string> {
  const folder = join(cache, 'tools', `${name}-${version}`)
  if ((await stat(folder).catch(() => undefined)) !== undefined) return folder
  const beside = `${folder}.${randomBytes(4).toString('hex')}`
  const file = `${beside}.tgz`
  try {
    await writeBeside(file, await tarball(await npmRegistry(), name, version))
    await mkdir(beside, { recursive: true })
    await extract({ file, cwd: beside, strip: 1, filter: (path) => keep(path.split('/').slice(1).join('/')) })
    await rename(beside, folder).catch(() => undefined) // another stage was faster
  } finally {
    await rm(file, { force: true })
    await rm(beside, { recursive: true, force: true })
  }
  return folder
}

async function tarball(registry: Registry, name: string, version: string): Promise<AsyncIterable<Uint8Array>> {
  const answer = await download(`${registry.url}/${name}/${version}`, registry.headers)
  const { dist }: Version = JSON.parse(await answer.text())
  const [algorithm, expected] = (dist.integrity ?? '').split('-', 2)
  const sameHost = new URL(dist.tarball).origin === new URL(registry.url).origin
  const archive = await download(dist.tarball, sameHost ? registry.headers : {})
  if (algorithm !== 'sha512' || expected === undefined) {
    throw new ReleaseError('HASH_MISMATCH', `the npm registry gives no sha512 of ${name} ${version}`, {
      hint: 'Use a registry that mirrors the public one completely (npm_config_registry).',
    })
  }
  return verified(bodyOf(archive), expected, `${name} ${version}`)
}

async function* verified(bytes: AsyncIterable<Uint8Array>, expected: string, what: string): AsyncIterable<Uint8Array> {
  const hash = createHash('sha512')
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('base64') === expected) return
  throw new ReleaseError('HASH_MISMATCH', `${what} from the npm registry does not have the sha512 that it announces`, {
    hint: 'A proxy changed it on the way: try again on another network.',
  })
}
