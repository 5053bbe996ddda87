import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'

/** FRONTEND_FAILED where the lock is missing, or names sources whose bytes nothing pins: git, tarballs without integrity. */
export async function assertLockPinned(folder: string, dir: string): Promise<void> {
  const text = await readFile(join(folder, 'package-lock.json'), 'utf8').catch((cause: unknown) => {
    throw new ReleaseError('FRONTEND_FAILED', `${dir} has no package-lock.json`, {
      hint: 'Run `npm install` there and commit the lock, or say in frontends.install how to install without one.',
      cause,
    })
  })
  const loose = [...looseSources('', JSON.parse(text))]
  if (loose.length === 0) return
  const message = [`${dir}/package-lock.json names sources that nothing pins:`, ...loose.map((line) => `  ${line}`)]
  throw new ReleaseError('FRONTEND_FAILED', message.join('\n'), {
    hint: 'Take these packages from the registry, or say in frontends.install how to install them.',
  })
}

function* looseSources(name: string, value: unknown): Iterable<string> {
  if (typeof value !== 'object' || value === null) return
  const { resolved, integrity } = value as { resolved?: unknown; integrity?: unknown }
  if (typeof resolved === 'string' && isLoose(resolved, integrity)) yield `${name}: ${resolved}`
  for (const [key, child] of Object.entries(value)) yield* looseSources(key, child)
}

// package-lock.json(5): registry packages are https tarballs with integrity, links have a path.
function isLoose(resolved: string, integrity: unknown): boolean {
  return /^(git|github:|bitbucket:|gitlab:)/.test(resolved) || (/^https?:/.test(resolved) && integrity === undefined)
}
