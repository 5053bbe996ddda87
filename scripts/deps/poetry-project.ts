import { z } from 'zod'
import { normaliseName } from '../lib/core/dependency-files.ts'
import { type DependencySource, readToml } from './dependency-source.ts'
import { projectRequirements, pyprojectSchema, requirementName, unknown } from './pyproject.ts'

/** A direct dependency; its version is the lock's. */
export interface Root {
  readonly name: string // normalised
  readonly extras: readonly string[]
  readonly marker?: string
}

const detailed = z.object({
  extras: z.array(z.string()).default([]),
  markers: z.string().optional(),
  python: z.string().optional(),
  platform: z.string().optional(),
  optional: z.boolean().default(false),
})
const table = z.record(z.string(), z.union([z.string(), detailed, z.array(detailed)]))

const poetrySchema = z.object({
  dependencies: table.default({}),
  extras: z.record(z.string(), z.array(z.string())).default({}),
  group: z.record(z.string(), z.object({ dependencies: table.default({}) })).default({}),
})

const toolSchema = z.object({
  tool: z.object({ poetry: poetrySchema.default(poetrySchema.parse({})) }).default({ poetry: poetrySchema.parse({}) }),
})

type Poetry = z.infer<typeof poetrySchema>

/** What a project of Poetry depends on, with the chosen extras and groups: from `project` (PEP 621) or from Poetry's own tables. */
export async function poetryRoots({ source, facts }: DependencySource, path: string): Promise<readonly Root[]> {
  const project = await readToml(source, path, pyprojectSchema)
  const { poetry } = (await readToml(source, path, toolSchema)).tool
  const standard = project.project !== undefined && !project.project.dynamic.includes('dependencies')
  const groups = facts.groups.filter((name) => poetry.group[name] === undefined)
  if (standard) {
    const lines = projectRequirements(project, path, { ...facts, groups })
    return [...lines.map(rootOfLine), ...groupRoots(poetry, facts.groups)]
  }
  const [missing] = groups
  if (missing !== undefined) throw unknown(path, 'group', missing, Object.keys(poetry.group))
  return [...ownRoots(poetry, path, facts.extras), ...groupRoots(poetry, facts.groups)]
}

function rootOfLine(line: string): Root {
  const [, extras = ''] = /^[^[;]*\[([^\]]*)\]/.exec(line) ?? []
  const [, marker] = /;\s*(\S.*)$/.exec(line) ?? []
  const names = extras.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
  return { name: requirementName(line), extras: names, ...(marker === undefined ? {} : { marker }) }
}

/** Poetry's own table: what is optional comes with an extra that names it. */
function ownRoots({ dependencies, extras }: Poetry, path: string, chosen: readonly string[]): readonly Root[] {
  const asked = new Set(
    chosen.flatMap((extra) => {
      const names = extras[extra]
      if (names === undefined) throw unknown(path, 'extra', extra, Object.keys(extras))
      return names.map(normaliseName)
    }),
  )
  return rootsOf(dependencies, ({ optional }, name) => !optional || asked.has(name))
}

function groupRoots({ group }: Poetry, chosen: readonly string[]): readonly Root[] {
  return chosen.flatMap((name) => rootsOf(group[name]?.dependencies ?? {}, () => true))
}

type Detailed = z.infer<typeof detailed>

function rootsOf(
  dependencies: z.infer<typeof table>,
  wanted: (dependency: Detailed, name: string) => boolean,
): readonly Root[] {
  return Object.entries(dependencies).flatMap(([key, value]) => {
    const name = normaliseName(key)
    const all = typeof value === 'string' ? [detailed.parse({})] : [value].flat()
    return name === 'python' ? [] : all.filter((one) => wanted(one, name)).map((one) => rootOf(name, one))
  })
}

function rootOf(name: string, { extras, markers, python, platform }: Detailed): Root {
  const conditions = [
    ...(markers === undefined ? [] : [`(${markers})`]),
    ...(python === undefined ? [] : [pythonMarker(python)]),
    ...(platform === undefined ? [] : [`sys_platform == '${platform}'`]),
  ]
  return { name, extras, ...(conditions.length === 0 ? {} : { marker: conditions.join(' and ') }) }
}

/** Poetry's version constraint on Python as a marker: `^3.9`, `~3.9` and `3.9.*` besides PEP 440. */
export function pythonMarker(constraint: string): string {
  const alternatives = constraint.split('||').map((part) => {
    const clauses = part.split(',').flatMap((clause) => specifiersOf(clause.trim()))
    return clauses.map(([operator, version]) => `python_version ${operator} '${version}'`).join(' and ')
  })
  return alternatives.length === 1
    ? (alternatives[0] ?? '')
    : `(${alternatives.map((text) => `(${text})`).join(' or ')})`
}

function specifiersOf(clause: string): readonly (readonly [operator: string, version: string])[] {
  const [, operator = '', version = ''] = /^(\^|~=?|[<>=!]=?)?\s*(.+)$/.exec(clause) ?? []
  const [major = '3', minor = '0'] = version.split('.')
  if (operator === '^')
    return [
      ['>=', version],
      ['<', `${Number(major) + 1}`],
    ]
  if (operator === '~')
    return [
      ['>=', version],
      ['<', `${major}.${Number(minor) + 1}`],
    ]
  if (version === '*') return [['>=', '3']]
  return [[operator === '' || operator === '=' ? '==' : operator, version]]
}
