import { normaliseName } from '../lib/core/dependency-files.ts'
import { isLink, type TreeListing } from '../lib/core/tree.ts'

/** A wheel in a folder of `deps.wheels`, by its file name (binary distribution format) and its bytes as the plan has them. */
export interface GivenWheel {
  readonly name: string // normalised, PEP 503
  readonly version: string
  readonly sha256: string
}

/** The wheels of `deps.wheels` among what plan copied; `folders` are below the inputs. */
export function givenWheels(inputs: TreeListing['files'], folders: readonly string[]): readonly GivenWheel[] {
  return inputs.flatMap((entry) => {
    const folder = folders.find((path) => entry.path.startsWith(`${path}/`))
    const [, name, version] = /([^/-]+)-([^/-]+)(?:-[^/-]+){3,4}\.whl$/.exec(entry.path) ?? []
    if (folder === undefined || name === undefined || version === undefined || isLink(entry)) return []
    return [{ name: normaliseName(name), version, sha256: entry.sha256 }]
  })
}

// A requirement with its first hash (pip's requirements format): name, extras, version, and what stands before the hash.
const HASHED = /^([\w.-]+)(?:\[[^\]\n]*\])? *={2,3} *([^\s;\\]+)(?:\\\r?\n|[^\\\n])*?(?=--hash=)/gm

/** A locked requirements file that takes the given wheels too: a lock knows the hashes of the index alone. */
export function allowWheels(requirements: string, wheels: readonly GivenWheel[]): string {
  return requirements.replaceAll(HASHED, (before, name: string, version: string) => {
    const fitting = wheels.filter((wheel) => wheel.name === normaliseName(name) && wheel.version === version)
    return [before, ...fitting.map(({ sha256 }) => `--hash=sha256:${sha256} `)].join('')
  })
}
