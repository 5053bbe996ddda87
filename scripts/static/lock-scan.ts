import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { loadAll } from 'js-yaml'
import { ReleaseError } from '../lib/core/error.ts'
import type { LockPlace } from './lock-place.ts'
import { parseYarnLock } from './yarn-lock.ts'

/** FRONTEND_FAILED where a lock names sources whose bytes nothing pins: git, and tarballs without integrity. */
export async function assertLockPinned(project: string, { path }: LockPlace): Promise<void> {
  const loose = looseLines(path, await readFile(join(project, path), 'utf8'))
  if (loose.length === 0) return
  const message = [`${path} names sources that nothing pins:`, ...loose.map((line) => `  ${line}`)]
  throw new ReleaseError('FRONTEND_FAILED', message.join('\n'), {
    hint: 'Take these packages from the registry, or say in frontends.install how to install them.',
  })
}

function looseLines(path: string, text: string): readonly string[] {
  try {
    return [...(SCANS[basename(path)] ?? npmSources)(text)]
      .filter(([, address, integrity]) => isLoose(address, integrity))
      .map(([name, address]) => `${name}: ${address}`)
  } catch (cause) {
    throw new ReleaseError('FRONTEND_FAILED', `${path} cannot be read`, {
      hint: 'Make it again with its package manager; look for marks of a merge in it.',
      cause,
    })
  }
}

type Source = readonly [name: string, address: string, integrity: unknown]

const SCANS: Readonly<Record<string, (text: string) => Iterable<Source>>> = {
  'pnpm-lock.yaml': pnpmSources,
  'yarn.lock': yarnSources,
}

function npmSources(text: string): Iterable<Source> {
  return resolvedBelow('', JSON.parse(text))
}

function* resolvedBelow(name: string, value: unknown): Iterable<Source> {
  if (typeof value !== 'object' || value === null) return
  const { resolved, integrity } = value as { resolved?: unknown; integrity?: unknown }
  if (typeof resolved === 'string') yield [name, resolved, integrity]
  for (const [key, child] of Object.entries(value)) yield* resolvedBelow(key, child)
}

interface PnpmLock {
  readonly packages?: Readonly<Record<string, { readonly resolution?: PnpmResolution }>>
}
type PnpmResolution = { readonly tarball?: string; readonly repo?: string; readonly integrity?: string }

// https://github.com/pnpm/spec/blob/master/lockfile/9.0.md: of the registry is what has an integrity and no tarball.
function* pnpmSources(text: string): Iterable<Source> {
  for (const lock of loadAll(text) as readonly (PnpmLock | null)[]) {
    for (const [name, { resolution }] of Object.entries(lock?.packages ?? {})) {
      if (resolution?.repo !== undefined) yield [name, `git+${resolution.repo}`, undefined]
      if (resolution?.tarball !== undefined) yield [name, resolution.tarball, resolution.integrity]
    }
  }
}

// Old locks have a sha1 behind the address instead of an integrity.
function* yarnSources(text: string): Iterable<Source> {
  for (const { patterns, resolved, integrity } of parseYarnLock(text)) {
    if (resolved !== undefined) yield [patterns.join(', '), resolved, integrity ?? /#[0-9a-f]{40}$/.exec(resolved)?.[0]]
  }
}

// package-lock.json(5): registry packages are https tarballs with integrity, links have a path.
function isLoose(address: string, integrity: unknown): boolean {
  return GIT.test(address) || (/^https?:/.test(address) && integrity === undefined)
}

const GIT = /^(?:git|ssh:|github:|bitbucket:|gitlab:)|\.git(?:#|$)|^https:\/\/(?:codeload\.github\.com|gitpkg\.)/
