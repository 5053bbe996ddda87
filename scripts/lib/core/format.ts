import type { ZodType } from 'zod'
import type { Built, Output } from './artifact.ts'
import type { Base, BaseLayer } from './base.ts'
import type { Finding } from './error.ts'
import type { Facts, Platform, Target } from './facts.ts'
import type { RequirementLine } from './requirement-lines.ts'
import type { StaticTree, Tree } from './tree.ts'

/** A program and its arguments; run, printed and asserted as the same value, never through a shell. */
export type Command = readonly [program: string, ...args: string[]]

/** Bytes whose size and sha256 are known and which can be opened again at will. */
export interface Spooled {
  readonly size: number
  readonly sha256: string // lower-case hex
  open(): AsyncIterable<Uint8Array>
}

/** What a builder of images outside (buildx, buildah) is asked for: a Dockerfile over a folder of files, for one machine. */
export interface ImageBuild {
  readonly context: Tree
  readonly dockerfile: string // its path in the context
  readonly target?: string
  readonly platform: Platform
  readonly args: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
}

/** What it made: the configuration as the builder wrote it, and layers from below. */
export interface OutsideImage {
  readonly config: Uint8Array
  readonly layers: readonly BaseLayer[]
}

/** What a room builds with; it speaks only by the files it leaves with `write`. */
export interface Work {
  readonly facts: Facts
  readonly source: Tree
  readonly app: Tree
  /** The unpacked sdist of the project's own back end, where it has one. */
  readonly sdist?: Tree
  readonly static: StaticTree
  /** The lines of `python.requirements`, also of locks, with what they include. */
  requirements(): Promise<readonly RequirementLine[]>
  /** Unpacked dependencies of one target. */
  vendor(target: Target): Promise<Tree>
  /** Layers, merged view and packages of the image base `name` (see FormatSpec.bases). */
  base(name: string, platform: Platform): Promise<Base>
  /** Runs the builder of images that this machine has; TOOL_MISSING where it has none. */
  image(build: ImageBuild): Promise<OutsideImage>
  /** Hand-over of a format named in `needs`. */
  built(format: string): Promise<Built>
  /** One of Slipway's own files, by its path below `scripts/`, such as `deb/maintainer/postinst`. */
  ownFile(path: string): Promise<Uint8Array>
  /** An input from outside the checkout (overlay, extra template), by its path below `dist/inputs/`. */
  input(path: string): Promise<Uint8Array>
  spool(bytes: AsyncIterable<Uint8Array>): Promise<Spooled>
  /** A layer that this machine made before from the same inputs (as JSON) by the same code, else a new one, which is kept. */
  layer(inputs: unknown, make: () => Promise<BaseLayer>): Promise<BaseLayer>
  /** Bytes through a program such as xz, with a bare environment. */
  pipe(command: Command, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** Leaves a promised artifact; a name the plan does not promise is PLAN_DRIFT. */
  write(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
  /** Runs a program and gives its standard output. */
  run(command: Command): Promise<string>
}

/** What an image format wants of the base stage: packages of a Debian release, or a registry image. */
export type BaseRequest =
  | {
      readonly kind: 'debian'
      readonly name: string // how Work.base asks for it, such as `lean`
      readonly suite: string // trixie
      readonly layers: readonly { readonly name: string; readonly roots: readonly string[] }[]
      readonly platforms: readonly Platform[]
    }
  | {
      readonly kind: 'registry'
      readonly name: string
      readonly image: string // host/path:tag, resolved by slipway.lock
      readonly platforms: readonly Platform[]
    }

/** Files of the project by their paths; those that it lacks are not there. */
export type Texts = ReadonlyMap<string, string>

/** How one kind of package is made: one room, one value of this type. */
export interface FormatSpec<Config> {
  /** Its key in slipway.yaml, on the command line and in the matrix. */
  readonly name: string
  /** Formats whose built/*.json it reads; none = first wave. */
  readonly needs: readonly string[]
  /** Its section: JSON values, every key described; documentation and the editors' JSON Schema come from it. */
  readonly schema: ZodType<Config>
  /** Files of the project whose text `check` wants to see; none by default. */
  reads?(config: Config): readonly string[]
  /** What the schema cannot say; paths are relative to the section. Findings are collected, never thrown. */
  check(facts: Facts, config: Config, texts: Texts): readonly Finding[]
  /** Everything that will be made; pure: same facts, same names. */
  outputs(facts: Facts, config: Config): readonly Output[]
  /** Dependency trees it will ask for with `Work.vendor`. */
  targets(config: Config): readonly Target[]
  /** Image bases it will ask for with `Work.base`. */
  bases(config: Config): readonly BaseRequest[]
  /** Leaves exactly the promised files; the caller measures them. */
  build(work: Work, config: Config): Promise<void>
}

/** A format with its configuration type sealed inside, as the list of formats holds it. */
export interface Format {
  readonly name: string
  readonly needs: readonly string[]
  readonly schema: ZodType
  reads(config: unknown): readonly string[]
  check(facts: Facts, config: unknown, texts?: Texts): readonly Finding[]
  outputs(facts: Facts, config: unknown): readonly Output[]
  targets(config: unknown): readonly Target[]
  bases(config: unknown): readonly BaseRequest[]
  build(work: Work, config: unknown): Promise<void>
}

/** Seals a room's configuration type: every entry parses the section again, so no cast is needed. */
export function defineFormat<Config>(spec: FormatSpec<Config>): Format {
  return {
    name: spec.name,
    needs: spec.needs,
    schema: spec.schema,
    reads: (config) => spec.reads?.(spec.schema.parse(config)) ?? [],
    check: (facts, config, texts = new Map()) => spec.check(facts, spec.schema.parse(config), texts),
    outputs: (facts, config) => spec.outputs(facts, spec.schema.parse(config)),
    targets: (config) => spec.targets(spec.schema.parse(config)),
    bases: (config) => spec.bases(spec.schema.parse(config)),
    build: (work, config) => spec.build(work, spec.schema.parse(config)),
  }
}
