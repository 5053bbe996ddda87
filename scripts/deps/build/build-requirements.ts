import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { normaliseName } from '../../lib/core/dependency-files.ts'
import { ReleaseError } from '../../lib/core/error.ts'
import type { Facts } from '../../lib/core/facts.ts'
import { BACK_ENDS } from '../../lib/io/back-end.ts'
import type { BuilderPython } from '../../lib/io/builder-python.ts'
import { CommandOutput } from '../../lib/io/run.ts'
import type { Uv } from '../../lib/io/uv.ts'
import { platformArguments } from '../resolve.ts'
import type { Place } from './place.ts'

/** What build requirements are resolved with. */
export interface PinSource {
  readonly uv: Uv
  readonly python: BuilderPython
  readonly facts: Pick<Facts, 'epoch' | 'commit'>
  /** Pins that the configuration gives (`deps.pins`), as a requirements file. */
  readonly given: string
}

/** Build requirements at exact versions. */
export interface BuildRequirements {
  readonly lines: string // requirements file with hashes
  readonly versions: readonly string[] // `name==version`
  readonly unpinned: readonly string[] // of these, what neither Slipway nor the configuration pins
}

/**
 * Chooses versions: those of the configuration, else those that Slipway pins for back ends, else what the index had at
 * the time of the commit. The first two give way where the archive asks for other versions.
 */
export async function chooseRequirements(
  source: PinSource,
  requires: readonly string[],
  place: Place,
  scratch: string,
): Promise<BuildRequirements> {
  if (requires.length === 0) return { lines: '', versions: [], unpinned: [] }
  const known = await knownPins(source.given)
  const [input, output] = [join(scratch, 'requires.in'), join(scratch, 'requires.txt')]
  await writeFile(input, `${requires.join('\n')}\n`)
  await writeFile(output, known.text) // uv keeps what it finds there, where that fits
  await source
    .uv([
      ...['pip', 'compile', input, '--output-file', output, '--generate-hashes', '--no-header', '--no-annotate'],
      ...['--quiet', '--only-binary', ':all:', ...interpreter(source, place), ...timeArguments(source, known.names)],
    ])
    .catch((error: unknown) => {
      throw notHad(error, requires)
    })
  const lines = await readFile(output, 'utf8')
  const versions = [...lines.matchAll(/^[\w.-]+==[^\s;\\]+/gm)].map(([pin]) => pin)
  return { lines, versions, unpinned: versions.filter((version) => !known.versions.has(version)) }
}

/** Installs them into a folder, with their programs for the Python of the place. */
export async function installRequirements(
  source: PinSource,
  { lines }: BuildRequirements,
  place: Place,
  folder: string,
): Promise<void> {
  if (lines === '') return
  const file = `${folder}.txt`
  await writeFile(file, lines)
  const wheels = ['--only-binary', ':all:', '--require-hashes', '--no-deps']
  await source.uv([
    'pip',
    'install',
    '--target',
    folder,
    ...wheels,
    ...interpreter(source, place),
    '--requirements',
    file,
  ])
  if (place.target !== undefined) await forSystemPython(join(folder, 'bin'))
}

function interpreter({ python }: PinSource, { target }: Place): readonly string[] {
  const platform = target === undefined ? [] : platformArguments({ name: '', target, floor: 'manylinux_2_28' })
  return ['--python', python.path, ...platform]
}

/** Slipway's own pins may be newer than the commit. */
function timeArguments({ facts: { commit, epoch } }: PinSource, pinned: ReadonlySet<string>): readonly string[] {
  if (commit === '') return []
  const always = [...pinned].flatMap((name) => ['--exclude-newer-package', `${name}=9999-01-01T00:00:00Z`])
  return ['--exclude-newer', new Date(epoch * 1000).toISOString(), ...always]
}

interface KnownPins {
  readonly text: string
  readonly names: ReadonlySet<string>
  readonly versions: ReadonlySet<string>
}

async function knownPins(given: string): Promise<KnownPins> {
  const own = pinBlocks(given)
  const named = new Set(own.map(nameOf))
  const blocks = [...own, ...pinBlocks(await readFile(BACK_ENDS, 'utf8')).filter((block) => !named.has(nameOf(block)))]
  return {
    text: `${blocks.join('\n')}\n`,
    names: new Set(blocks.map(nameOf)),
    versions: new Set(blocks.flatMap((block) => /^[\w.-]+==[^\s;\\]+/.exec(block)?.[0] ?? [])),
  }
}

/** Of a requirements file, each pin with the lines of its hashes. */
const pinBlocks = (text: string): readonly string[] => text.match(/^[\w.-]+==.*(?:\n[ \t]+--hash.*)*/gm) ?? []

const nameOf = (block: string): string => normaliseName(/^[\w.-]+/.exec(block)?.[0] ?? '')

/** uv writes the path of the Python it ran with; inside a root there is the system's. */
async function forSystemPython(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const program = await readFile(join(folder, name), 'latin1')
    if (/^#!.*python/.test(program))
      await writeFile(join(folder, name), program.replace(/^.*/, '#!/usr/bin/python3'), 'latin1')
  }
}

function notHad(error: unknown, requires: readonly string[]): unknown {
  if (!(error instanceof ReleaseError) || !(error.cause instanceof CommandOutput)) return error
  return new ReleaseError('DEPS_UNRESOLVED', `what its build needs cannot be had as wheels: ${requires.join(', ')}`, {
    hint: 'Pin fitting versions in the file of deps.pins, or give a wheel of the package itself in deps.wheels.',
    cause: error.cause,
  })
}
