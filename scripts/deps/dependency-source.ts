import { parse as parseToml } from 'smol-toml'
import type { z } from 'zod'
import { ReleaseError } from '../lib/core/error.ts'
import type { PythonFacts } from '../lib/core/facts.ts'
import { isLink, type Tree } from '../lib/core/tree.ts'
import type { BuilderPython } from '../lib/io/builder-python.ts'
import type { Uv } from '../lib/io/uv.ts'

/** What locks and lists are read with. */
export interface DependencySource {
  readonly source: Tree
  readonly folder: string // absolute path of that tree
  readonly scratch: string // absolute path of a folder for files that uv reads
  readonly uv: Uv
  readonly python: BuilderPython
  readonly facts: Pick<PythonFacts, 'requires' | 'extras' | 'groups'>
  readonly findLinks: readonly string[]
}

/** The text of a file of the project; undefined where there is none. */
export async function textOf(source: Tree, path: string): Promise<string | undefined> {
  const entry = source.files.find((file) => file.path === path)
  return entry === undefined || isLink(entry) ? undefined : Buffer.from(await source.read(entry)).toString()
}

/** A TOML file of the project as `schema` has it; CONFIG_INVALID where it is missing or another shape. */
export async function readToml<T>(source: Tree, path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await textOf(source, path)
  if (text === undefined) {
    const hint = 'Commit it, or name another file in python.requirements.'
    throw new ReleaseError('CONFIG_INVALID', `${path} is not in the tree`, { hint })
  }
  try {
    return schema.parse(parseToml(text))
  } catch (cause) {
    const hint = 'Let the tool that writes this file write it again.'
    throw new ReleaseError('CONFIG_INVALID', `${path} cannot be read`, { hint, cause })
  }
}

/** CONFIG_INVALID: the lock was made for another list of dependencies. */
export function outOfStep(path: string, names: readonly string[], command: string): ReleaseError {
  return new ReleaseError('CONFIG_INVALID', `${path} is out of step with pyproject.toml: ${names.join(', ')}`, {
    hint: `Run \`${command}\` and commit ${path}.`,
  })
}

/** DEPS_UNRESOLVED for packages that no index has; `where` says from where a lock takes each. */
export function assertFromIndex(
  path: string,
  others: readonly { readonly name: string; readonly where: string }[],
): void {
  if (others.length === 0) return
  const list = others.map(({ name, where }) => `  ${name} (${where})`)
  throw new ReleaseError('DEPS_UNRESOLVED', [`${path} takes these from no index:`, ...list].join('\n'), {
    hint: 'Depend on released versions of them.',
  })
}
