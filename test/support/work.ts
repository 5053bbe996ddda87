import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gather, streamOf } from '../../scripts/lib/archive/bytes.ts'
import type { Built } from '../../scripts/lib/core/artifact.ts'
import type { Base } from '../../scripts/lib/core/base.ts'
import type { BundledModule } from '../../scripts/lib/core/bundled-modules.ts'
import { ReleaseError } from '../../scripts/lib/core/error.ts'
import { type Facts, targetName } from '../../scripts/lib/core/facts.ts'
import type { Spooled, Work } from '../../scripts/lib/core/format.ts'
import { type MadeRequirements, requirementLines } from '../../scripts/lib/core/requirement-lines.ts'
import type { Tree } from '../../scripts/lib/core/tree.ts'
import { pipe, run } from '../../scripts/lib/io/run.ts'
import { seeded } from './archives.ts'
import { sampleFacts } from './facts.ts'
import { SATCHEL_APP, SATCHEL_BUNDLE, SATCHEL_COLLECTED, SATCHEL_SOURCE, SATCHEL_VENDOR } from './trees.ts'

/** What a test says of the work; everything else is satchel's. */
export interface WorkParts {
  readonly facts?: Facts
  readonly source?: Tree
  readonly made?: MadeRequirements
  readonly app?: Tree
  readonly sdist?: Tree
  readonly bundle?: Tree
  readonly collected?: Tree
  readonly modules?: readonly BundledModule[]
  readonly vendor?: Readonly<Record<string, Tree>> // by targetName; every target has satchel's without it
  readonly bases?: Readonly<Record<string, Base>> // by `name@platform`
  readonly built?: Readonly<Record<string, Built>>
  readonly inputs?: Readonly<Record<string, Uint8Array | string>>
  readonly promised?: readonly string[] // names that may be written; all without it
}

/** Work whose artifacts stay in memory. */
export interface MemoryWork extends Work {
  readonly written: Map<string, Uint8Array>
}

const SCRIPTS = join(import.meta.dirname, '../../scripts')
const HINT = 'Give the test what it asks for.'

/** A Work of lib/core/format.ts over trees in memory: real bytes, real programs, nothing on disk. */
export function memoryWork(parts: WorkParts = {}): MemoryWork {
  const written = new Map<string, Uint8Array>()
  const { facts = sampleFacts(), source = SATCHEL_SOURCE } = parts
  const found = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new ReleaseError('STAGE_MISSING', `this work has no ${what}`, { hint: HINT })
    return value
  }
  return {
    facts,
    source,
    requirements: () => requirementLines(source, facts.python.requirements, parts.made),
    app: parts.app ?? SATCHEL_APP,
    ...(parts.sdist === undefined ? {} : { sdist: parts.sdist }),
    static: {
      bundle: parts.bundle ?? SATCHEL_BUNDLE,
      collected: parts.collected ?? SATCHEL_COLLECTED,
      modules: parts.modules ?? [],
    },
    written,
    vendor: async (target) =>
      parts.vendor === undefined ? SATCHEL_VENDOR : found(parts.vendor[targetName(target)], targetName(target)),
    base: async (name, platform) => found(parts.bases?.[`${name}@${platform}`], `base ${name} for ${platform}`),
    image: () => Promise.reject(new ReleaseError('TOOL_MISSING', 'this work has no builder of images', { hint: HINT })),
    built: async (format) => found(parts.built?.[format], `hand-over of ${format}`),
    ownFile: (path) => readFile(join(SCRIPTS, path)),
    input: async (path) => Buffer.from(found(parts.inputs?.[path], `input ${path}`)),
    spool: async (bytes) => spooled(await gather(bytes)),
    layer: (_, make) => make(),
    pipe: (command, bytes) => pipe(command, bytes),
    run: (command) => run(command),
    async write(name, bytes) {
      if (written.has(name)) throw new ReleaseError('PLAN_DRIFT', `${name} is written twice`, { hint: HINT })
      if (parts.promised?.includes(name) === false)
        throw new ReleaseError('PLAN_DRIFT', `${name} is not promised`, { hint: HINT })
      written.set(name, await gather(bytes))
    },
  }
}

/** Bytes in memory as `Work.spool` gives them. */
export function spooled(bytes: Uint8Array): Spooled {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { size: bytes.length, sha256, open: () => streamOf(bytes) }
}

/** One written artifact. */
export function writtenFile(work: MemoryWork, name: string): Uint8Array {
  const bytes = work.written.get(name)
  if (bytes === undefined) throw new Error(`${name} was not written; there are ${[...work.written.keys()].join(', ')}`)
  return bytes
}

/** sha256 of everything written, by name: equal for two builds that gave the same bytes. */
export function digestsOf(work: MemoryWork): Readonly<Record<string, string>> {
  return Object.fromEntries([...work.written].map(([name, bytes]) => [name, spooled(bytes).sha256]).toSorted())
}

/** The same tree with its entries in another order, as a careless stage might leave them. */
export function shuffledTree(tree: Tree, seed: number): Tree {
  const random = seeded(seed)
  const keyed = tree.files.map((entry) => ({ entry, key: random() }))
  return {
    files: keyed.toSorted((a, b) => a.key - b.key).map(({ entry }) => entry),
    read: (file) => tree.read(file),
  }
}

/** The same work with every tree in another order. */
export function shuffledWork(parts: WorkParts = {}): MemoryWork {
  const work = memoryWork(parts)
  return {
    ...work,
    source: shuffledTree(work.source, 1),
    app: shuffledTree(work.app, 2),
    static: {
      bundle: shuffledTree(work.static.bundle, 3),
      collected: shuffledTree(work.static.collected, 4),
      modules: parts.modules ?? [],
    },
    vendor: async (target) => shuffledTree(await work.vendor(target), 5),
  }
}

/** Runs a build as on another machine: other time zone, language and umask. */
export async function elsewhere<T>(build: () => Promise<T>): Promise<T> {
  const before = { TZ: process.env['TZ'], LANG: process.env['LANG'], umask: process.umask(0o077) }
  Object.assign(process.env, { TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8' })
  try {
    return await build()
  } finally {
    process.umask(before.umask)
    for (const name of ['TZ', 'LANG'] as const) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}
