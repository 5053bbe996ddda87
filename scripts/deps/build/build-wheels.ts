import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { normaliseName } from '../../lib/core/dependency-files.ts'
import { ReleaseError } from '../../lib/core/error.ts'
import { type BuildRule, type Target, targetName } from '../../lib/core/facts.ts'
import type { BuiltWheel } from '../../lib/core/stages.ts'
import type { Tree } from '../../lib/core/tree.ts'
import type { BuilderPython } from '../../lib/io/builder-python.ts'
import type { Stage } from '../../lib/io/stage.ts'
import type { Uv } from '../../lib/io/uv.ts'
import type { Wanted } from '../resolve.ts'
import { throwTogether } from '../throw-together.ts'
import { type BuildOrder, buildWheel } from './build-wheel.ts'
import { type CleanRoot, obstacle, openCleanRoot } from './clean-root.ts'
import { hasWheel } from './has-wheel.ts'
import { type Pin, pinOf } from './pin.ts'
import { beside, inRoot, type Place } from './place.ts'
import { fetchSdist } from './sdist.ts'

/** What building is done with; `folder` receives the wheels. */
export interface Builder {
  readonly stage: Stage
  readonly source: Tree
  readonly uv: Uv
  readonly python: BuilderPython
  readonly folder: string // absolute
}

/** The wheels that were made, and build requirements that nothing pins. */
export interface BuiltWheels {
  readonly wheels: readonly BuiltWheel[]
  readonly unpinned: readonly string[]
}

/** Builds what `deps.build` names, for each wanted tree that no wheel serves; all that cannot be built is told at once. */
export async function buildWheels(builder: Builder, wanted: readonly Wanted[]): Promise<BuiltWheels> {
  const rules = Object.entries(builder.stage.plan.facts.deps.build ?? {}).sort()
  if (rules.length === 0) return { wheels: [], unpinned: [] }
  await mkdir(join(builder.folder, 'wheels'), { recursive: true })
  const places = await openPlaces(
    builder,
    rules.flatMap(([, rule]) => rule.packages),
  )
  const made: { readonly wheel: BuiltWheel; readonly unpinned: readonly string[] }[] = []
  const failures: ReleaseError[] = []
  try {
    for (const [name, rule] of rules) {
      try {
        made.push(...(await buildPackage(builder, places, normaliseName(name), rule, wanted)))
      } catch (error) {
        if (!(error instanceof ReleaseError) || error.code === 'INTERRUPTED') throw error
        failures.push(error)
      }
    }
  } finally {
    await places.close()
  }
  throwTogether(failures)
  return { wheels: made.map(({ wheel }) => wheel), unpinned: [...new Set(made.flatMap(({ unpinned }) => unpinned))] }
}

interface Places {
  /** A clean root of the target; without one the builder's own Python. */
  of(target: Target | undefined): Promise<Place>
  close(): Promise<void>
}

/** Roots are made when the first package is built in them, and serve all. */
async function openPlaces({ stage, python }: Builder, packages: readonly string[]): Promise<Places> {
  const roots = new Map<string, CleanRoot>()
  const here = await beside(python, stage.report.notice)
  return {
    async of(target) {
      if (target === undefined) return here
      const root = roots.get(targetName(target)) ?? (await openCleanRoot(target, packages, stage.cache))
      roots.set(targetName(target), root)
      return inRoot(root, target)
    },
    async close() {
      for (const root of roots.values()) await root.remove()
    },
  }
}

type Made = Awaited<ReturnType<typeof makeWheel>>

async function buildPackage(
  builder: Builder,
  places: Places,
  name: string,
  rule: BuildRule,
  wanted: readonly Wanted[],
): Promise<readonly Made[]> {
  const { stage, source } = builder
  const pin = await pinOf(source, stage.plan.facts.python.requirements, name, rule)
  const made: Made[] = []
  const obstacles: string[] = []
  // A wheel made for one tree may serve the next: pure ones all, and the builder's own comes last.
  for (const want of wanted) {
    if (await hasWheel(builder, want, withBuilt(pin, made))) continue
    const target = rule.native ? want.target : undefined
    const stopped = await obstacleOf(target)
    if (stopped !== undefined) obstacles.push(`${name} cannot be built for ${want.name}: ${stopped}`)
    else made.push(await makeWheel(builder, pin, rule, await places.of(target)))
  }
  if (obstacles.length > 0) throw unreachable(obstacles)
  if (made.length === 0) stage.report.notice(needless(pin))
  return made
}

const needless = ({ name, version }: Pin): string =>
  `${name} ${version} has a wheel for every target: deps.build need not name it`

const obstacleOf = async (target: Target | undefined): Promise<string | undefined> =>
  target === undefined ? undefined : obstacle(target)

/** A lock knows the hashes of the index alone. */
function withBuilt(pin: Pin, made: readonly Made[]): Pin {
  if (pin.hashes.length === 0) return pin
  return { ...pin, hashes: [...pin.hashes, ...made.map(({ wheel }) => wheel.wheel.sha256)] }
}

function unreachable(obstacles: readonly string[]): ReleaseError {
  return new ReleaseError('DEPS_UNRESOLVED', obstacles.join('\n'), {
    hint: 'Leave those targets out (deb.pythons, deb.architectures, docker.platforms), or give wheels for them in deps.wheels.',
  })
}

async function makeWheel(
  { stage, uv, python, folder }: Builder,
  pin: Pin,
  rule: BuildRule,
  place: Place,
): Promise<{ readonly wheel: BuiltWheel; readonly unpinned: readonly string[] }> {
  const { facts } = stage.plan
  const given = facts.deps.pins === undefined ? '' : await readFile(join(stage.out, 'inputs', facts.deps.pins), 'utf8')
  const sdist = await fetchSdist(stage.cache, pin)
  const order: BuildOrder = { pin, sdist, pins: { uv, python, facts, given }, cache: stage.cache, scratch: folder }
  const { path, file, sha256, requires } = await stage.report.task(`build ${pin.name} (${place.about})`, () =>
    buildWheel(order, place),
  )
  const native = !file.endsWith('-any.whl') // PEP 427: the last part of the name is the platform
  if (native !== rule.native) throw otherwise(pin.name, file, native)
  await copyFile(path, join(folder, 'wheels', file))
  const { name, version } = pin
  const { about, packages } = place
  const built = { name, version, native, place: about, requires: requires.versions, packages }
  return {
    wheel: { ...built, sdist: { name: sdist.file, sha256: sdist.sha256 }, wheel: { name: file, sha256 } },
    unpinned: requires.unpinned,
  }
}

function otherwise(name: string, file: string, native: boolean): ReleaseError {
  const found = native ? 'has native code' : 'is pure Python'
  return new ReleaseError('DEPS_UNRESOLVED', `${name} ${found}, as its build shows (${file})`, {
    hint: `Write \`${name}: { native: ${native} }\` below \`build:\` of \`deps:\` in slipway.yaml.`,
  })
}
