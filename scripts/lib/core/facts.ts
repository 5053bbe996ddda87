import type { RehearsalStep } from './rehearsal.ts'
import type { Versions } from './version.ts'

export type Architecture = 'amd64' | 'arm64'
export type Platform = `linux/${Architecture}`

/** What dependencies are resolved for: a Python minor (`3.11`) on an architecture. */
export interface Target {
  readonly python: string
  readonly arch: Architecture
}

/** `py3.11-amd64`: the name of a target in `dist/vendor/` and in deps.json. */
export function targetName(target: Target): string {
  return `py${target.python}-${target.arch}`
}

export interface AppFacts {
  readonly name: string // lower case, a Debian package name as well
  readonly title: string
  readonly summary: string
  readonly description: string
  readonly homepage: string
  readonly license: string // SPDX expression
  readonly licenseFiles: readonly string[]
  readonly maintainer: { readonly name: string; readonly email: string }
}

/** Something that must hold in the tree after the front ends were built. */
export interface Expectation {
  readonly file: string // relative to the project
  readonly contains?: string
  readonly keys?: readonly string[] // top-level keys of a JSON file
}

/** One front end; `dir` and `output` globs are relative to the project. */
export interface Frontend {
  readonly dir: string
  readonly builder: 'npm' | 'esbuild'
  readonly node?: string // a semver range; else found in the front end's own files
  readonly install?: readonly string[]
  readonly build: readonly string[] // arguments after the package manager's name, default `run build`
  readonly esbuild?: { readonly entries: readonly string[]; readonly outdir: string }
  readonly output: readonly string[]
  readonly committed?: boolean // outputs are in the repository too, and must be what the build makes
  readonly expect: readonly Expectation[]
  readonly environment: Readonly<Record<string, string>>
}

export interface Collect {
  readonly command: readonly string[] // arguments to Python, such as [manage.py, collectstatic, --noinput]
  readonly root: string // where the command leaves its files, relative to the project
  readonly environment: Readonly<Record<string, string>>
}

export interface PythonFacts {
  readonly requires: string // PEP 440 specifiers of the interpreter
  readonly native: boolean // whether any dependency carries native code; verified by deps
  readonly root?: string // folder of the project that holds the application, such as src
  readonly backend: 'generated' | 'own' // generated: a private tree; own: the project's PEP 517 back end
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly allow: readonly string[] // secret-looking names that are meant
  readonly requirements: readonly string[] // requirements files, locks or pyproject.toml
  readonly extras: readonly string[] // of the project, where a lock or pyproject.toml has them
  readonly groups: readonly string[]
  readonly translations: readonly string[]
  readonly overlay?: string // a directory below dist/inputs/
  readonly collect?: Collect
}

export interface Service {
  readonly name: string
  readonly command: readonly string[] // a console script of a dependency, or a .py file of the tree, and its arguments
  readonly port?: number
  readonly health?: string // path that answers without a database
  readonly ready?: string // path that answers 200 when the application can serve
  readonly host?: string // that health asks for: a host name, or a variable whose first value is one
}

export interface Database {
  readonly kind: 'postgresql'
  readonly versions: string // such as >=13
  readonly extensions: readonly string[]
  readonly leaves?: readonly string[] // schemas that it makes in databases of its users
}

/** One row of THE table from which systemd, container, chart and pages are written. */
export interface Variable {
  readonly name: string
  readonly meaning: string
  readonly default?: string // may hold {state}, {static}, {app}
  readonly required: boolean
  readonly secret: boolean
  readonly generate?: 'key' // made once on the target, kept for ever
  readonly from?: `database.${'host' | 'port' | 'name' | 'user' | 'password' | 'url'}` | 'port'
  readonly example?: string
  readonly channels?: Readonly<Record<string, string>> // defaults of one channel: deb, image, wheel, chart
}

export interface RuntimeFacts {
  readonly settings?: string // DJANGO_SETTINGS_MODULE
  readonly services: readonly Service[]
  readonly migrate?: readonly string[] // such as [manage.py, migrate, --noinput]
  readonly createsuperuser?: readonly string[]
  readonly check?: readonly string[]
  readonly manage?: string // manage.py
  readonly commands: Readonly<Record<string, readonly string[]>>
  readonly database?: Database
  readonly state: readonly string[] // directories below the state directory
  /** Files that the first start makes in the state directory, by their names there: files of the application tree. */
  readonly files?: Readonly<Record<string, string>>
  readonly environment: readonly Variable[]
}

/** A dependency without a wheel that the release builds from its source archive. */
export interface BuildRule {
  readonly native: boolean // in a clean root of the target; verified by what the build gives
  readonly packages: readonly string[] // Debian packages that the build needs besides compilers and Python's headers
  readonly version?: string // where no requirement pins it
}

/** Exact versions of the tools that a release is made with. */
export interface Tools {
  readonly node: Readonly<Record<string, string>> // front end's directory to Node version
  readonly managers: Readonly<Record<string, string>> // front end's directory to `npm@11.2.0`
  readonly unlocked?: readonly string[] // front ends with packages and without lock; publish refuses them
  readonly uv: string
}

/** Everything the plan decided that is not an output: what rooms and stages may know. */
export interface Facts {
  readonly app: AppFacts
  readonly version: Versions
  readonly revision: number // packaging revision, 1 unless asked
  readonly commit: string // 40 hex digits, or `` where there is no git
  readonly epoch: number // seconds; the only time inside any artifact
  readonly trial: boolean
  /** Tracked files that the checkout may lack (globs). */
  readonly missing: readonly string[]
  readonly frontends: readonly Frontend[]
  readonly python: PythonFacts
  readonly deps: {
    readonly wheels: readonly string[]
    readonly floor: string /* manylinux_2_28 */
    readonly system?: Readonly<Record<string, string>>
    readonly build?: Readonly<Record<string, BuildRule>>
    readonly pins?: string // requirements file below dist/inputs/ that pins what builds need
  }
  readonly runtime: RuntimeFacts
  readonly rehearse: readonly RehearsalStep[]
  readonly repository?: string // owner/name
  readonly notes?: string // the file that the words of a release come from
  readonly attest?: boolean // the workflow attests where files and images were built
  readonly tools: Tools
}
