import { posix } from 'node:path'

/** What a file of `python.requirements` is: pip's requirements, a lock, or the project's own list. */
export type DependencyFile = 'requirements' | 'uv' | 'pylock' | 'poetry' | 'pyproject'

// By name: each is fixed by the tool that writes it (pylock: PEP 751).
const NAMES: readonly (readonly [DependencyFile, RegExp])[] = [
  ['uv', /^uv\.lock$/],
  ['pylock', /^pylock(?:\.[^.]+)?\.toml$/],
  ['poetry', /^poetry\.lock$/],
  ['pyproject', /^pyproject\.toml$/],
]

/** What a dependency file is, by its name. */
export function dependencyFile(path: string): DependencyFile {
  return NAMES.find(([, pattern]) => pattern.test(posix.basename(path)))?.[0] ?? 'requirements'
}

/** The name of a distribution as the index compares names (PEP 503). */
export function normaliseName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase()
}
