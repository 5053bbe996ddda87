import { posix } from 'node:path'
import { z } from 'zod'
import { normaliseName } from '../lib/core/dependency-files.ts'
import { assertFromIndex, type DependencySource, outOfStep, readToml } from './dependency-source.ts'
import { type Pyproject, pyprojectSchema, requirementName } from './pyproject.ts'

const wanted = z.object({ name: z.string(), specifier: z.string().default('') })

const lockSchema = z.object({
  package: z
    .array(
      z.object({
        name: z.string(),
        source: z.record(z.string(), z.string()),
        metadata: z.object({ 'requires-dist': z.array(wanted).default([]) }).optional(),
      }),
    )
    .default([]),
})

type Lock = z.infer<typeof lockSchema>

/** A uv.lock as requirements with hashes and markers: what `uv export` gives of it, without development groups. */
export async function uvLockLines(from: DependencySource, path: string): Promise<readonly string[]> {
  const { source, folder, uv, python, facts } = from
  const beside = posix.join(posix.dirname(path), 'pyproject.toml')
  const pyproject = await readToml(source, beside, pyprojectSchema)
  const lock = await readToml(source, path, lockSchema)
  assertInStep(path, lock, pyproject)
  const chosen = [
    ...facts.extras.flatMap((extra) => ['--extra', extra]),
    ...facts.groups.flatMap((group) => ['--group', group]),
  ]
  const plain = ['--format', 'requirements.txt', '--no-header', '--no-annotate']
  const text = await uv(
    // Frozen: read as it is, whatever Python builds; uv itself would write a new one.
    ['export', '--frozen', '--python', python.path, '--no-default-groups', '--no-emit-project', ...chosen, ...plain],
    { cwd: posix.join(folder, posix.dirname(path)) },
  )
  const lines = text.replaceAll(/\\\n\s*/g, '').split('\n')
  assertFromIndex(path, lines.flatMap(elsewhere))
  const taken = lines.filter((line) => line.trim() !== '')
  return [...indexesOf(lock, taken), ...taken]
}

// Where uv finds packages unless told otherwise: the index that this machine is told stands in for it.
const STANDARD = 'https://pypi.org/simple'

/** The other indexes from which the lock takes packages, such as that of builds for one processor. */
function indexesOf(lock: Lock, lines: readonly string[]): readonly string[] {
  const names = new Set(lines.map(requirementName))
  const used = lock.package.flatMap(({ name, source: { registry } }) => (names.has(name) ? [registry ?? STANDARD] : []))
  return [...new Set(used)].filter((url) => url !== STANDARD).map((url) => `--extra-index-url ${url}`)
}

/** uv reads a frozen lock without a look at pyproject.toml. */
function assertInStep(path: string, lock: Lock, { project }: Pyproject): void {
  const root = lock.package.find(({ name }) => project !== undefined && name === normaliseName(project.name))
  const rows = root?.metadata?.['requires-dist']
  if (project === undefined || rows === undefined || project.dynamic.includes('dependencies')) return
  const known = new Set(rows.map(({ name, specifier }) => `${normaliseName(name)} ${clauses(specifier)}`))
  const named = new Set(rows.map(({ name }) => normaliseName(name)))
  const strange = project.dependencies.filter((requirement) => {
    const name = requirementName(requirement)
    const specifier = /^\s*[\w.-]+\s*(?:\[[^\]]*\])?\s*\(?([^;@)]*)/.exec(requirement)?.[1] ?? ''
    return clauses(specifier) === '' ? !named.has(name) : !known.has(`${name} ${clauses(specifier)}`)
  })
  if (strange.length > 0) throw outOfStep(path, strange, 'uv lock')
}

/** Version specifiers whatever their blanks and order. */
function clauses(specifier: string): string {
  return specifier.replaceAll(/\s/g, '').split(',').sort().join()
}

// What `uv export` writes for members of a workspace and folders, and for repositories.
function elsewhere(line: string): readonly { readonly name: string; readonly where: string }[] {
  const [, folder] = /^(?:-e +)?(\.{0,2}\/\S*|-e \S+)/.exec(line) ?? []
  if (folder !== undefined) return [{ name: posix.basename(folder), where: `the folder ${folder}` }]
  const [, name, kind] = /^([\w.-]+)(?:\[[^\]]*\])? @ (git|hg|svn|bzr|file)\b/.exec(line) ?? []
  return name === undefined || kind === undefined ? [] : [{ name, where: kind }]
}
