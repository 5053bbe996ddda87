import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../core/error.ts'
import type { Command } from '../core/format.ts'
import { UV_WHEELS, type UvPlatform } from '../core/uv-wheels.ts'
import { cachedFile } from './cache.ts'
import { networkEnvironment, otherIndexes, pythonIndex } from './network.ts'
import { openIndexFile } from './python-index.ts'
import { type RunOptions, run } from './run.ts'

/** Runs the pinned uv; index and credentials go by the environment, never by arguments. */
export type Uv = (args: readonly string[], options?: RunOptions) => Promise<string>

/** uv at exactly `version`, from the configured Python index by its locked hash, with its cache below `cache`. */
export async function openUv(cache: string, version: string): Promise<Uv> {
  const program = await obtainUv(cache, version)
  const env = {
    ...otherIndexes(),
    ...networkEnvironment(),
    UV_DEFAULT_INDEX: pythonIndex().configured,
    UV_CACHE_DIR: join(cache, 'uv'),
    UV_NO_CONFIG: '1',
    UV_NO_PROGRESS: '1',
    UV_PYTHON_DOWNLOADS: 'never',
    UV_LINK_MODE: 'copy', // a hard link would let a stage change the cache
  }
  return (args, options = {}) => {
    const command: Command = [program, '--color', 'never', ...args]
    return run(command, { ...options, env: { ...env, ...options.env } })
  }
}

async function obtainUv(cache: string, version: string): Promise<string> {
  const [file, sha256] = wheelOf(version)
  const folder = join(cache, 'tools', `uv-${sha256}`)
  const program = join(folder, `uv-${version}.data`, 'scripts', 'uv')
  if ((await stat(program).catch(() => undefined)) !== undefined) return program
  const wheel = await cachedFile(cache, sha256, file, () => openIndexFile('uv', file))
  const beside = `${folder}.${randomBytes(4).toString('hex')}`
  await mkdir(beside, { recursive: true })
  await run(['python3', '-IS', '-m', 'zipfile', '-e', wheel, beside])
  await chmod(join(beside, `uv-${version}.data`, 'scripts', 'uv'), 0o755)
  await rename(beside, folder).catch(() => rm(beside, { recursive: true })) // another stage was faster
  return program
}

function wheelOf(version: string): readonly [file: string, sha256: string] {
  const wheels = UV_WHEELS[version]
  const platform = platformOf()
  if (wheels !== undefined && platform !== undefined) return wheels[platform]
  throw new ReleaseError('TOOL_MISSING', `no hash of uv ${version} is known for ${process.platform} ${process.arch}`, {
    hint: 'Run `slipway plan` again with this version of Slipway, on Linux or macOS.',
  })
}

function platformOf(): UvPlatform | undefined {
  const machine = `${process.platform}-${process.arch}`
  const platforms: Readonly<Record<string, UvPlatform>> = {
    'linux-x64': hasGlibc() ? 'linux-x64-glibc' : 'linux-x64-musl',
    'linux-arm64': 'linux-arm64',
    'darwin-x64': 'darwin-x64',
    'darwin-arm64': 'darwin-arm64',
  }
  return platforms[machine]
}

function hasGlibc(): boolean {
  const report = process.report?.getReport()
  return JSON.stringify(report ?? {}).includes('glibcVersionRuntime')
}
