import { createHash } from 'node:crypto'
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ReleaseError } from '../../lib/core/error.ts'
import { measureFile } from '../../lib/io/files.ts'
import { CommandOutput } from '../../lib/io/run.ts'
import { inScratch } from '../../lib/io/scratch.ts'
import { type BackEnd, readBackEnd } from './back-end.ts'
import {
  type BuildRequirements,
  chooseRequirements,
  installRequirements,
  type PinSource,
} from './build-requirements.ts'
import type { Pin } from './pin.ts'
import type { Place } from './place.ts'
import { type Sdist, unpackSdist } from './sdist.ts'

const SCRIPT = fileURLToPath(new URL('build-wheel.py', import.meta.url))

// The earliest date that a zip can say: what is built of a third party's archive is the same for every release.
const EPOCH = 315_532_800

/** What building one package takes. */
export interface BuildOrder {
  readonly pin: Pin
  readonly sdist: Sdist
  readonly pins: PinSource
  readonly cache: string
  readonly scratch: string // absolute, below which folders for the build are made
}

/** A wheel in the cache, and how it was made. */
export interface WheelFile {
  readonly path: string // absolute
  readonly file: string
  readonly sha256: string
  readonly requires: BuildRequirements
}

/** Builds a wheel of a source archive at a place, or takes the one that was built there of the same things before. */
export async function buildWheel(order: BuildOrder, place: Place): Promise<WheelFile> {
  return inScratch(join(order.scratch, 'wheel'), async (folder) => {
    await mkdir(join(folder, 'out'), { recursive: true })
    await unpackSdist(order.sdist, join(folder, 'source'))
    await copyFile(SCRIPT, join(folder, 'build-wheel.py'))
    const what = `${order.pin.name} ${order.pin.version}`
    const backEnd = await readBackEnd(join(folder, 'source'), what)
    const ask = async (hook: Hook): Promise<string> =>
      runHook(place, folder, backEnd, hook).catch((error: unknown) => {
        throw failed(error, what, place)
      })
    const requires = await allRequirements(order, backEnd, place, folder, ask)
    const key = await keyOf(order, requires, place)
    const kept = join(order.cache, 'built-wheels', key)
    if ((await wheelIn(kept)) === undefined) {
      await ask('wheel')
      await keep(join(folder, 'out'), kept)
    }
    const file = (await wheelIn(kept)) ?? ''
    const { sha256 } = await measureFile(join(kept, file))
    return { path: join(kept, file), file, sha256, requires }
  })
}

/** What the archive declares, and what its back end asks for once it runs (PEP 517, get_requires_for_build_wheel). */
async function allRequirements(
  { pins }: BuildOrder,
  backEnd: BackEnd,
  place: Place,
  folder: string,
  ask: (hook: Hook) => Promise<string>,
): Promise<BuildRequirements> {
  const declared = await chooseRequirements(pins, backEnd.requires, place, folder)
  await installRequirements(pins, declared, place, join(folder, 'environment'))
  const more: readonly string[] = JSON.parse(await ask('requires'))
  if (more.length === 0) return declared
  const all = await chooseRequirements(pins, [...backEnd.requires, ...more], place, folder)
  await rm(join(folder, 'environment'), { recursive: true, force: true })
  await installRequirements(pins, all, place, join(folder, 'environment'))
  return all
}

type Hook = 'requires' | 'wheel'

/** Runs the script at the place; its last line is the answer, as JSON. */
async function runHook(place: Place, folder: string, backEnd: BackEnd, what: Hook): Promise<string> {
  const seen = place.see(folder)
  const order = {
    ...{ source: `${seen}/source`, environment: `${seen}/environment`, out: `${seen}/out`, what },
    ...{ backend: backEnd.backend, 'backend-path': backEnd.path },
  }
  await writeFile(join(folder, 'order.json'), JSON.stringify(order))
  const said = await place.run(folder, [`${seen}/build-wheel.py`, `${seen}/order.json`], EPOCH)
  return said.trimEnd().split('\n').at(-1) ?? ''
}

async function keyOf({ sdist }: BuildOrder, { lines }: BuildRequirements, { about, packages }: Place): Promise<string> {
  const parts = [sdist.sha256, about, packages, lines, await readFile(SCRIPT, 'utf8')]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

async function wheelIn(folder: string): Promise<string | undefined> {
  return (await readdir(folder).catch(() => [])).find((name) => name.endsWith('.whl'))
}

async function keep(from: string, to: string): Promise<void> {
  const beside = `${to}.${process.pid}.part`
  await cp(from, beside, { recursive: true })
  await rename(beside, to).catch(() => rm(beside, { recursive: true })) // another stage was faster
}

const MISSING: readonly (readonly [said: RegExp, hint: string])[] = [
  [
    /Python\.h: No such file|(?:command|program) .?(?:gcc|cc|g\+\+).? (?:failed: )?(?:No such file|not found)/i,
    "Install a C compiler and the headers of this machine's Python: its own tree, for collecting, has native code too.",
  ],
  [
    /fatal error: \S+: No such file|pg_config|pkg-config|Dependency lookup|No package '[^']*' found/,
    'Name the Debian packages with what it misses in `build-depends` of this package in slipway.yaml.',
  ],
  [
    /(?:ImportError|ModuleNotFoundError|AttributeError): .*(?:setuptools|pkg_resources|distutils|imp)\b/,
    'Pin an older setuptools, with hashes, in a requirements file and name it in deps.pins.',
  ],
  [/cargo|rustc|maturin/i, 'Rust crates cannot be fetched while it is built: give a wheel of it in deps.wheels.'],
]

function failed(error: unknown, what: string, place: Place): unknown {
  if (!(error instanceof ReleaseError) || error.code !== 'COMMAND_FAILED') return error
  const said = error.cause instanceof CommandOutput ? error.cause.tail : ''
  const hint =
    MISSING.find(([pattern]) => pattern.test(said))?.[1] ?? 'Mend what it says, or give a wheel of it in deps.wheels.'
  return new ReleaseError('DEPS_UNRESOLVED', `${what} could not be built (${place.about})`, {
    hint,
    cause: error.cause,
  })
}
