import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfiguredFacts } from '../lib/core/config/load.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Plan } from '../lib/core/plan.ts'
import { type Checkout, dirtyFiles, inside, openCheckout } from '../lib/io/git.ts'
import type { Project } from '../lib/io/project-options.ts'
import { inputPlaces } from './inputs.ts'

/** How the checkout stands; `files` means that the working tree is what is released. */
export interface Standing {
  readonly kind: Plan['checkout']['kind']
  readonly checkout: Checkout | undefined
  readonly trial: boolean
  readonly notices: readonly string[]
}

interface Fault {
  readonly what: string
  readonly hint: string
}

const NO_GIT: Fault = {
  what: 'this is not a git checkout with a commit',
  hint: 'Release from a clone of the repository',
}
const SHALLOW: Fault = {
  what: 'the clone is shallow, so that tags and history may lack',
  hint: 'Run `git fetch --unshallow --tags`',
}

/** CHECKOUT_REFUSED for what is not git, shallow or dirty, unless `--allow-dirty`. */
export async function standingOf(project: Project, facts: ConfiguredFacts): Promise<Standing> {
  const checkout = await openCheckout(project.folder)
  const dirty = checkout === undefined ? [] : await dirtyPlaces(project, facts, checkout)
  const faults = [
    ...(checkout === undefined ? [NO_GIT] : []),
    ...(checkout?.shallow === true ? [SHALLOW] : []),
    ...(dirty.length > 0 ? [dirtyFault(dirty, checkout?.root ?? '')] : []),
  ]
  if (!project.allowDirty) assertNone(faults)
  return {
    kind: checkout === undefined || dirty.length > 0 ? 'files' : 'git',
    checkout,
    trial: faults.length > 0,
    notices: faults.map(({ what }) => `trial: ${what}`),
  }
}

/** The project, and of the inputs those that lie in the same repository, must be as committed. */
function dirtyPlaces(project: Project, facts: ConfiguredFacts, checkout: Checkout): Promise<readonly string[]> {
  const places = [project.folder, ...inputPlaces(project.config, facts).map(({ from }) => from)]
  const here = places.filter((place) => inside(checkout.root, place) !== undefined)
  return dirtyFiles(checkout, here, project.out, facts.missing)
}

function dirtyFault(paths: readonly string[], root: string): Fault {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
  const gone = paths.every((path) => !existsSync(join(root, path)))
  const hint = gone
    ? 'Check these files out again, or name them in source.missing if a checkout may lack them'
    : 'Commit or remove these files'
  return { what: `not as committed: ${paths.slice(0, 3).join(', ')}${more}`, hint }
}

function assertNone(faults: readonly Fault[]): void {
  if (faults.length === 0) return
  const hints = faults.map(({ hint }) => hint).join('; ')
  throw new ReleaseError('CHECKOUT_REFUSED', faults.map(({ what }) => what).join('; '), {
    hint: `${hints}; or try it with --allow-dirty, which cannot be published.`,
  })
}
