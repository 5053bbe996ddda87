import type { BundledModule } from './bundled-modules.ts'
import type { MadeRequirements } from './requirement-lines.ts'
import type { TreeEntry } from './tree.ts'

/** `dist/app.json`, over `dist/app/`: what will be installed. */
export interface AppListing {
  readonly schema: 1
  /** tree: sources at their places below BASE_DIR; package: the project's own wheel, unpacked. */
  readonly layout: 'tree' | 'package'
  readonly files: readonly TreeEntry[]
}

/** One installed distribution of a dependency tree. */
export interface VendoredPackage {
  readonly name: string // normalised, PEP 503
  readonly version: string
  readonly native: boolean // carries code for one platform
  readonly commands: readonly string[] // console scripts
}

/** A wheel that the release built of a source archive (`deps.build`). */
export interface BuiltWheel {
  readonly name: string // normalised
  readonly version: string
  readonly native: boolean
  readonly sdist: { readonly name: string; readonly sha256: string }
  readonly wheel: { readonly name: string; readonly sha256: string }
  readonly place: string // the root or Python that it was built with
  readonly requires: readonly string[] // what the build needed, `name==version`
  readonly packages: readonly string[] // of the root, `name version`; they decide over the bytes
}

/** `dist/deps.json`, over `dist/vendor/<name>/`; names are those of the targets, and `builder` for collecting. */
export interface DepsListing {
  readonly schema: 1
  readonly builder: string // the Python minor that collects, such as 3.11
  readonly locked: boolean // whether hashes pin what is in the trees; publish wants that
  readonly made: MadeRequirements // what locks and a pyproject.toml say, as requirements
  readonly built?: readonly BuiltWheel[] // where the configuration has something built
  readonly trees: Readonly<
    Record<string, { readonly files: readonly TreeEntry[]; readonly packages: readonly VendoredPackage[] }>
  >
}

/** `dist/static.json`, over `dist/static/bundle/` and `dist/static/collected/`: THE truth. */
export interface StaticListing {
  readonly schema: 1
  readonly bundle: readonly TreeEntry[] // paths are places in the application tree
  readonly collected: readonly TreeEntry[] // relative to the static root
  readonly modules?: readonly BundledModule[] // whose code may be in the bundle, with their licences
}
