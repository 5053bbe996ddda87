import type { Work } from '../lib/core/format.ts'
import type { Tree } from '../lib/core/tree.ts'
import type { DebConfig } from './config.ts'
import { vendorTree } from './system-packages.ts'

/** Pure dependencies inside the application's package. */
export interface Vendor {
  /** Whether one directory serves every Python. */
  readonly shared: boolean
  /** Its name below `vendor/` as the launcher understands it. */
  readonly pattern: string
  readonly trees: readonly { readonly name: string; readonly tree: Tree }[]
}

/** Pure dependencies: one directory where all Pythons have the same files, else one for each. */
export async function pureVendor(work: Work, config: DebConfig): Promise<Vendor> {
  const arch = config.architectures[0] ?? 'amd64'
  const trees = await Promise.all(
    config.pythons.map(async (python) => ({ name: `py${python}`, tree: await vendorTree(work, { python, arch }) })),
  )
  const [first] = trees
  const same = new Set(trees.map(({ tree }) => JSON.stringify(tree.files))).size === 1
  if (first !== undefined && same) return { shared: true, pattern: 'py3', trees: [{ name: 'py3', tree: first.tree }] }
  return { shared: false, pattern: 'py{python}', trees }
}
