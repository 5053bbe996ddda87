import { posix } from 'node:path'
import type { Facts } from './facts.ts'
import type { Work } from './format.ts'
import { treeInProject } from './project-root.ts'
import { filterTree, mergeTrees, placeTree, type Tree } from './tree.ts'

/** Where the collected files lie in the project, as the configuration says; undefined where nothing is collected. */
export function collectRoot({ python }: Pick<Facts, 'python'>): string | undefined {
  return python.collect === undefined ? undefined : posix.normalize(python.collect.root).replace(/^\.?\/?$|\/$/, '')
}

/** Which static trees there will be: decided by the configuration alone. */
export function hasStatic({ frontends, python }: Facts): { readonly bundle: boolean; readonly collected: boolean } {
  return { bundle: frontends.length > 0, collected: python.collect !== undefined }
}

type Trees = Pick<Work, 'facts' | 'source' | 'app' | 'static'>

/** What a build adds to the project, at its places there: compiled messages, what the front ends left, what was collected. */
export function builtTree(work: Trees): Tree {
  const { facts, static: trees } = work
  const root = collectRoot(facts)
  const collected = root === undefined ? [] : [placeTree(trees.collected, root)]
  return mergeTrees([compiledMessages(work), treeInProject(facts.python, trees.bundle), ...collected])
}

/** The project as it is at the commit, with everything that a build adds. */
export function stagedTree(work: Trees): Tree {
  const { facts, source } = work
  const root = collectRoot(facts)
  // What stands in the collect root is the collect command's, such as a .gitkeep that only held the folder.
  const kept = root === undefined ? source : filterTree(source, (path) => !path.startsWith(`${root}/`))
  return mergeTrees([kept, builtTree(work)])
}

/** Messages that were compiled on the way from source to application, at the places where the sources of them lie. */
function compiledMessages({ facts, source, app }: Trees): Tree {
  const tracked = new Set(source.files.map(({ path }) => path))
  const placed = facts.python.backend === 'generated' // another back end moves its files as it likes
  return filterTree(treeInProject(facts.python, app), (path) => placed && path.endsWith('.mo') && !tracked.has(path))
}
