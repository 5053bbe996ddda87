import picomatch from 'picomatch'
import { ReleaseError } from '../lib/core/error.ts'
import { filterTree, type Tree } from '../lib/core/tree.ts'

// Made by running Python, never part of a release.
const MADE = ['**/__pycache__/**', '**/*.pyc', '**/*.pyo']

/** The files that will be installed: `include` globs and licence files, less `exclude`; an include without a file is CONFIG_INVALID. */
export function selectFiles(
  source: Tree,
  include: readonly string[],
  exclude: readonly string[],
  licenseFiles: readonly string[],
): Tree {
  const paths = source.files.map((entry) => entry.path)
  const idle = include.filter((glob) => !hasMatch(paths, glob))
  if (idle.length > 0) {
    throw new ReleaseError('CONFIG_INVALID', `python.include: no file in the source matches ${idle.join(', ')}`, {
      hint: 'Globs are relative to the project; a folder is written as folder/**.',
    })
  }
  const excluded = picomatch([...exclude, ...MADE], { dot: true })
  const included = picomatch([...include], { dot: true })
  const licence = picomatch([...licenseFiles], { dot: true })
  return filterTree(source, (path) => licence(path) || (included(path) && !excluded(path)))
}

function hasMatch(paths: readonly string[], glob: string): boolean {
  const matches = picomatch(glob, { dot: true })
  return paths.some((path) => matches(path))
}
