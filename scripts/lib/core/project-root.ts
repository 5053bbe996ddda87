import type { PythonFacts } from './facts.ts'
import { placeTree, type Tree } from './tree.ts'

type Rooted = Pick<PythonFacts, 'root'>

/** A path of the project as the application has it: below `python.root`; undefined for what lies elsewhere. */
export function inApp({ root }: Rooted, path: string): string | undefined {
  if (root === undefined) return path
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined
}

/** A path of the application as the project has it. */
export function inProject({ root }: Rooted, path: string): string {
  return root === undefined ? path : `${root}/${path}`
}

/** A tree of the application at its place in the project. */
export function treeInProject({ root }: Rooted, tree: Tree): Tree {
  return placeTree(tree, root ?? '')
}

/** Where the application keeps collected files; undefined where nothing is collected. */
export function collectPlace(python: Pick<PythonFacts, 'root' | 'collect'>): string | undefined {
  return python.collect === undefined ? undefined : (inApp(python, python.collect.root) ?? python.collect.root)
}
