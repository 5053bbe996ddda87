import { z } from 'zod'
import { normaliseName } from '../lib/core/dependency-files.ts'
import { ReleaseError } from '../lib/core/error.ts'
import { type DependencySource, readToml } from './dependency-source.ts'

const requirements = z.array(z.string())

interface Project {
  readonly name: string
  readonly dynamic: readonly string[]
  readonly dependencies: readonly string[]
  readonly 'optional-dependencies': Readonly<Record<string, readonly string[]>>
}

/** What dependencies are read of in a pyproject.toml (PEP 621, PEP 735, and uv's own table of sources). */
export interface Pyproject {
  readonly project?: Project | undefined
  readonly 'dependency-groups': Readonly<Record<string, readonly (string | { readonly 'include-group': string })[]>>
  readonly tool?: { readonly uv?: { readonly sources: Readonly<Record<string, unknown>> } | undefined } | undefined
}

/** The shape of a pyproject.toml, as far as dependencies go. */
export const pyprojectSchema: z.ZodType<Pyproject> = z.object({
  project: z
    .object({
      name: z.string(),
      dynamic: z.array(z.string()).default([]),
      dependencies: requirements.default([]),
      'optional-dependencies': z.record(z.string(), requirements).default({}),
    })
    .optional(),
  'dependency-groups': z
    .record(z.string(), z.array(z.union([z.string(), z.object({ 'include-group': z.string() })])))
    .default({}),
  tool: z.object({ uv: z.object({ sources: z.record(z.string(), z.unknown()).default({}) }).optional() }).optional(),
})

/** The name at the start of a requirement (PEP 508), normalised. */
export function requirementName(requirement: string): string {
  return normaliseName(/^\s*([A-Za-z0-9][\w.-]*)/.exec(requirement)?.[1] ?? '')
}

/** The dependencies of a pyproject.toml with the chosen extras and groups, as requirements; no lock pins them. */
export async function pyprojectLines({ source, facts }: DependencySource, path: string): Promise<readonly string[]> {
  const pyproject = await readToml(source, path, pyprojectSchema)
  const lines = projectRequirements(pyproject, path, facts)
  const elsewhere = Object.keys(pyproject.tool?.uv?.sources ?? {}).map(normaliseName)
  const lost = lines.map(requirementName).filter((name) => elsewhere.includes(name))
  if (lost.length === 0) return lines
  throw new ReleaseError('CONFIG_INVALID', `${path} takes these from tool.uv.sources: ${lost.join(', ')}`, {
    hint: 'Name uv.lock in python.requirements instead: it pins what lies there.',
  })
}

/** `project.dependencies`, the named extras and groups; CONFIG_INVALID for names that are not there. */
export function projectRequirements(
  pyproject: Pyproject,
  path: string,
  { extras, groups }: DependencySource['facts'],
): readonly string[] {
  const { project } = pyproject
  if (project === undefined || project.dynamic.includes('dependencies')) {
    throw new ReleaseError('CONFIG_INVALID', `${path} does not list its dependencies itself`, {
      hint: 'Name the lock or the requirements file that holds them.',
    })
  }
  const own = [...project.dependencies, ...extras.flatMap((extra) => extraOf(project, path, extra))]
  return [...new Set([...own, ...groups.flatMap((group) => groupOf(pyproject, path, group))])]
}

/** An extra; one that asks for others of the same project (`app[a,b]`) stands for them. */
function extraOf(project: Project, path: string, extra: string, above: readonly string[] = []): readonly string[] {
  const all = Object.entries(project['optional-dependencies'])
  const found = all.find(([name]) => normaliseName(name) === normaliseName(extra))
  if (found === undefined || above.includes(extra))
    throw unknown(
      path,
      'extra',
      extra,
      all.map(([name]) => name),
    )
  return found[1].flatMap((line) => {
    const inner = /^[^[;]*\[([^\]]*)\]/.exec(line)?.[1]
    if (requirementName(line) !== normaliseName(project.name) || inner === undefined) return [line]
    return inner.split(',').flatMap((name) => extraOf(project, path, name.trim(), [...above, extra]))
  })
}

function groupOf(pyproject: Pyproject, path: string, group: string, above: readonly string[] = []): readonly string[] {
  const all = pyproject['dependency-groups']
  const found = all[group]
  if (found === undefined || above.includes(group)) throw unknown(path, 'group', group, Object.keys(all))
  return found.flatMap((line) =>
    typeof line === 'string' ? [line] : groupOf(pyproject, path, line['include-group'], [...above, group]),
  )
}

/** CONFIG_INVALID: an extra or group that the project does not have. */
export function unknown(path: string, kind: 'extra' | 'group', name: string, known: readonly string[]): ReleaseError {
  const hint = known.length === 0 ? `Delete python.${kind}s.` : `It has ${known.join(', ')}.`
  return new ReleaseError('CONFIG_INVALID', `${path} has no ${kind} ${name}`, { hint })
}
