import { join } from 'node:path'
import { ReleaseError } from '../core/error.ts'
import type { AppListing, DepsListing, StaticListing } from '../core/stages.ts'
import type { StaticTree, Tree } from '../core/tree.ts'
import { readStageJson } from './files.ts'
import { openTree } from './tree-files.ts'

/** The application tree and its layout. */
export async function loadApp(out: string): Promise<{ readonly listing: AppListing; readonly tree: Tree }> {
  const listing = await readStageJson<AppListing>(join(out, 'app.json'), 'app')
  return { listing, tree: openTree(join(out, 'app'), listing) }
}

/** `dist/deps.json`. */
export async function loadDeps(out: string): Promise<DepsListing> {
  return readStageJson<DepsListing>(join(out, 'deps.json'), 'deps')
}

/** One dependency tree by its name: a target's (`py3.11-amd64`), or `builder`. */
export async function loadVendor(out: string, name: string): Promise<Tree> {
  const tree = (await loadDeps(out)).trees[name]
  if (tree === undefined) {
    throw new ReleaseError('STAGE_MISSING', `no dependencies were resolved for ${name}`, {
      hint: 'Run `slipway plan` and `slipway deps` again: the plan changed since.',
    })
  }
  return openTree(join(out, 'vendor', name), { schema: 1, files: tree.files })
}

/** THE truth; reading a file that changed since is STATIC_CHANGED. */
export async function loadStatic(out: string): Promise<StaticTree> {
  const listing = await readStageJson<StaticListing>(join(out, 'static.json'), 'static')
  const open = (name: 'bundle' | 'collected'): Tree =>
    openTree(join(out, 'static', name), { schema: 1, files: listing[name] }, 'STATIC_CHANGED')
  return { bundle: open('bundle'), collected: open('collected'), modules: listing.modules ?? [] }
}
