import { ReleaseError } from '../lib/core/error.ts'
import { isLink, type TreeEntry } from '../lib/core/tree.ts'

/** STATIC_CHANGED where collecting left other bytes under the name of a file that a front end made. */
export function assertBundleKept(bundle: readonly TreeEntry[], collected: readonly TreeEntry[]): void {
  const byPath = new Map(collected.map((entry) => [entry.path, entry]))
  const changed = bundle.filter((made) => {
    const kept = suffixes(made.path)
      .map((path) => byPath.get(path))
      .find((entry) => entry !== undefined)
    return kept !== undefined && !isLink(made) && !isLink(kept) && kept.sha256 !== made.sha256
  })
  if (changed.length === 0) return
  const lines = changed.map(({ path }) => `  ${path}`)
  throw new ReleaseError('STATIC_CHANGED', ['collecting changed what the front ends made:', ...lines].join('\n'), {
    hint: 'Let the collect command copy them as they are; hashed copies under other names are fine.',
  })
}

// The collected name is the tail of the path behind some static folder; a bare file name alone says nothing.
function suffixes(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1, -1).map((_, index) => parts.slice(index + 1).join('/'))
}
