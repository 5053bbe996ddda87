import { ReleaseError } from '../lib/core/error.ts'
import type { Facts, Target } from '../lib/core/facts.ts'
import type { Work } from '../lib/core/format.ts'
import { sortEntries, type Tree, type TreeLink } from '../lib/core/tree.ts'
import { type Distribution, readDistributions } from './dependencies.ts'

// From `usr/lib/APP/vendor/py3.X` to where Debian's packages of Python modules are (Debian Python Policy 3.4).
const SYSTEM = '../../../python3/dist-packages'

/** The dependencies of a target, less those that Debian packages bring (`deps.system`): a link stands for each of their modules. */
export async function vendorTree(work: Work, target: Target): Promise<Tree> {
  const tree = await work.vendor(target)
  const names = systemNames(work.facts)
  if (names.length === 0) return tree
  const distributions = await readDistributions(tree)
  const found = names.map((name) => distributions.find((one) => normalised(one.name) === name))
  const lacking = names.filter((_, index) => found[index] === undefined || modules(found[index]).length === 0)
  if (lacking.length > 0) {
    throw new ReleaseError('DEPS_UNRESOLVED', `deps.system names what no dependency brings: ${lacking.join(', ')}`, {
      hint: 'Write the names of distributions as deps.json lists them, or remove the line.',
    })
  }
  const given = found.flatMap((one) => (one === undefined ? [] : [one]))
  const places = new Set(given.flatMap((one) => one.places))
  const kept = tree.files.filter((entry) => !places.has(entry.path.split('/', 1)[0] ?? ''))
  const links = given.flatMap(modules).map((module): TreeLink => {
    const place = systemModule(module, target)
    return { path: place, link: `${SYSTEM}/${place}` }
  })
  return { files: sortEntries([...kept, ...links]), read: (file) => tree.read(file) }
}

/** Names of the distributions that the system brings, as the index compares names (PEP 503). */
export function systemNames(facts: Facts): readonly string[] {
  return Object.keys(facts.deps.system ?? {})
    .map(normalised)
    .sort()
}

/** The relationships that bring them. */
export function systemDepends(facts: Facts): readonly string[] {
  return [...new Set(Object.values(facts.deps.system ?? {}))].sort()
}

function normalised(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase()
}

function modules({ places }: Distribution): readonly string[] {
  return places.filter((place) => !/\.(dist-info|libs)$/.test(place))
}

const MACHINES = { amd64: 'x86_64', arm64: 'aarch64' } as const

/** An extension module has its name in Debian from the one interpreter it is made for (PEP 3149). */
function systemModule(module: string, { python, arch }: Target): string {
  return module.replace(/\.(cpython[^/]*|abi3)\.so$/, () => {
    return `.cpython-${python.replace('.', '')}-${MACHINES[arch]}-linux-gnu.so`
  })
}
