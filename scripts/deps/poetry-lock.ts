import { mkdir, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { z } from 'zod'
import { normaliseName } from '../lib/core/dependency-files.ts'
import { ReleaseError } from '../lib/core/error.ts'
import { assertFromIndex, type DependencySource, outOfStep, readToml } from './dependency-source.ts'
import { poetryRoots, type Root } from './poetry-project.ts'

const files = z.array(z.object({ hash: z.string() }))

const lockSchema = z.object({
  package: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        markers: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
        files: files.default([]),
        source: z.object({ type: z.string() }).optional(),
      }),
    )
    .default([]),
  metadata: z.object({ files: z.record(z.string(), files).default({}) }).default({ files: {} }), // until Poetry 1.2
})

type Lock = z.infer<typeof lockSchema>
type Locked = Lock['package'][number]

/**
 * A poetry.lock as requirements with its hashes: uv follows the dependencies, for every environment, with each version
 * bound to the lock's.
 */
export async function poetryLockLines(from: DependencySource, path: string): Promise<readonly string[]> {
  const lock = await readToml(from.source, path, lockSchema)
  const roots = await poetryRoots(from, posix.join(posix.dirname(path), 'pyproject.toml'))
  assertFromIndex(path, lock.package.flatMap(elsewhere))
  const versions = Map.groupBy(lock.package, ({ name }) => normaliseName(name))
  const strange = roots.map(({ name }) => name).filter((name) => !versions.has(name))
  if (strange.length > 0) throw outOfStep(path, strange, 'poetry lock')
  const constraints = [...versions.values()].flatMap((all) => constraintsOf(all, path))
  const compiled = await compile(from, roots.map(rootLine), constraints)
  return compiled.map((line) => withHashes(line, lock, path))
}

function elsewhere({ name, source }: Locked): readonly { name: string; where: string }[] {
  return source === undefined || source.type === 'legacy' ? [] : [{ name, where: source.type }] // legacy: another index
}

/** One version of a package; several, where the lock says which is for which environment. */
function constraintsOf(all: readonly Locked[], path: string): readonly string[] {
  return all.map(({ name, version, markers }) => {
    const marker = typeof markers === 'string' ? markers : markers?.['main']
    if (all.length === 1) return `${name}==${version}`
    if (marker !== undefined) return `${name}==${version} ; ${marker}`
    throw new ReleaseError(
      'CONFIG_INVALID',
      `${path} has several versions of ${name} and does not say where each goes`,
      {
        hint: 'Run `poetry lock` with Poetry 2 and commit it.',
      },
    )
  })
}

function rootLine({ name, extras, marker }: Root): string {
  return `${name}${extras.length === 0 ? '' : `[${extras.join()}]`}${marker === undefined ? '' : ` ; ${marker}`}`
}

async function compile(
  { uv, python, facts, scratch, findLinks }: DependencySource,
  roots: readonly string[],
  constraints: readonly string[],
): Promise<readonly string[]> {
  await mkdir(scratch, { recursive: true })
  const [input, bounds] = [join(scratch, 'roots.in'), join(scratch, 'lock.txt')]
  await writeFile(input, `${roots.join('\n')}\n`)
  await writeFile(bounds, `${constraints.join('\n')}\n`)
  const oldest = />=?\s*(3\.\d+)/.exec(facts.requires)?.[1] ?? python.minor
  const text = await uv([
    ...['pip', 'compile', input, '--constraints', bounds, '--universal', '--python-version', oldest],
    ...['--python', python.path, '--only-binary', ':all:', '--no-header', '--no-annotate'],
    ...findLinks.flatMap((folder) => ['--find-links', folder]),
  ])
  return text.split('\n').filter((line) => /^[A-Za-z0-9]/.test(line))
}

/** A pin with the hashes that the lock has for it. */
function withHashes(line: string, { package: packages, metadata }: Lock, path: string): string {
  const [, name = '', version = ''] = /^([\w.-]+)==([^\s;]+)/.exec(line) ?? []
  const locked = packages.find((one) => normaliseName(one.name) === normaliseName(name) && one.version === version)
  if (locked === undefined) throw outOfStep(path, [`${name} ${version}`.trim()], 'poetry lock')
  const known = locked.files.length > 0 ? locked.files : (metadata.files[locked.name] ?? [])
  return [line.trim(), ...known.map(({ hash }) => `--hash=${hash}`)].join(' ')
}
