import { parse as parseToml } from 'smol-toml'
import type { VersionFile } from './config/sections.ts'
import { valueAt } from './config/words.ts'

/** A version found in the tree, or why none was. */
export interface InTreeVersion {
  readonly file: string
  readonly found?: string
  readonly fault?: string
}

/** Looks for the version in one file; `text` is undefined where the file is not in the tree. */
export function readInTreeVersion(place: VersionFile, text: string | undefined): InTreeVersion {
  const { file, key, pattern } = place
  if (text === undefined) return { file, fault: 'is not in the tree' }
  const found = key === undefined ? new RegExp(pattern ?? '', 'm').exec(text)?.[1] : keyOf(file, key, text)
  if (found !== undefined) return { file, found }
  return { file, fault: key === undefined ? 'has nothing like the pattern' : `has no text at ${key}` }
}

function keyOf(file: string, key: string, text: string): string | undefined {
  try {
    const value = valueAt(file.endsWith('.toml') ? parseToml(text) : JSON.parse(text), key.split('.'))
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
