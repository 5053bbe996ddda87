import { z } from 'zod'
import { ReleaseError } from '../lib/core/error.ts'
import { assertFromIndex, type DependencySource, readToml } from './dependency-source.ts'

const archive = z.object({ hashes: z.record(z.string(), z.string()).default({}) })

const lockSchema = z.object({
  'lock-version': z.string(),
  packages: z.array(
    z.object({
      name: z.string(),
      version: z.string().optional(),
      marker: z.string().optional(),
      wheels: z.array(archive).default([]),
      sdist: archive.optional(),
      vcs: z.unknown().optional(),
      directory: z.unknown().optional(),
      archive: z.unknown().optional(),
    }),
  ),
})

type Locked = z.infer<typeof lockSchema>['packages'][number]

/** A pylock.toml (PEP 751) as requirements with hashes and markers. */
export async function pylockLines({ source }: DependencySource, path: string): Promise<readonly string[]> {
  const { 'lock-version': version, packages } = await readToml(source, path, lockSchema)
  if (!version.startsWith('1.')) throw refused(path, `it is of version ${version}`, 'Write it again as version 1.0.')
  assertFromIndex(path, packages.flatMap(elsewhere))
  const choosing = packages.find(({ marker = '' }) => /\b(?:extras|dependency_groups)\b/.test(marker))
  if (choosing !== undefined) {
    throw refused(
      path,
      `${choosing.name} is for some extras or groups only`,
      'Export it with the extras and groups that the release takes.',
    )
  }
  return packages.map(lineOf)
}

function elsewhere({ name, vcs, directory, archive: file }: Locked): readonly { name: string; where: string }[] {
  const places = { 'a repository': vcs, 'a folder': directory, 'an archive': file }
  const where = Object.entries(places).find(([, value]) => value !== undefined)?.[0]
  return where === undefined ? [] : [{ name, where }]
}

function lineOf({ name, version, marker, wheels, sdist }: Locked): string {
  const files = [...wheels, ...(sdist === undefined ? [] : [sdist])]
  const hashes = files.flatMap(({ hashes: known }) => (known['sha256'] === undefined ? [] : [known['sha256']]))
  const condition = marker === undefined ? '' : ` ; ${marker}`
  const pinned = version === undefined ? name : `${name}==${version}`
  return [`${pinned}${condition}`, ...hashes.map((hash) => `--hash=sha256:${hash}`)].join(' ')
}

function refused(path: string, why: string, hint: string): ReleaseError {
  return new ReleaseError('CONFIG_INVALID', `${path} cannot be used: ${why}`, { hint })
}
