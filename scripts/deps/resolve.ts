import { ReleaseError } from '../lib/core/error.ts'
import type { Target } from '../lib/core/facts.ts'
import type { BuilderPython } from '../lib/io/builder-python.ts'
import { CommandOutput } from '../lib/io/run.ts'
import type { Uv } from '../lib/io/uv.ts'
import type { Requirements } from './requirements.ts'

/** One dependency tree; without a target it is for the Python that builds. */
export interface Wanted {
  readonly name: string
  readonly target?: Target
  readonly floor: string // manylinux_2_28
}

const MACHINES = { amd64: 'x86_64', arm64: 'aarch64' } as const

/** Resolves for one target, whatever machine this is, and unpacks wheels (never source archives) into a new folder. */
export async function resolve(
  uv: Uv,
  python: BuilderPython,
  requirements: Requirements,
  want: Wanted,
  dir: string,
): Promise<void> {
  const { files, constraints, findLinks, locked, notAfter } = requirements
  if (files.length === 0) return
  const args = [
    ...['pip', 'install', '--python', python.path, '--target', dir, '--only-binary', ':all:'],
    ...platformArguments(want),
    ...findLinks.flatMap((folder) => ['--find-links', folder]),
    // Whatever index answers, the bytes are the locked ones.
    ...(locked ? ['--require-hashes', '--index-strategy', 'unsafe-best-match'] : []),
    ...(notAfter === undefined ? [] : ['--exclude-newer', notAfter]),
    ...files.flatMap((file) => ['--requirements', file]),
    ...constraints.flatMap((file) => ['--constraints', file]),
  ]
  await uv(args).catch((error: unknown) => {
    throw explain(error, environmentOf(want, python))
  })
}

/** What makes uv choose for the target instead of this machine. */
export function platformArguments({ target, floor }: Wanted): readonly string[] {
  if (target === undefined) return []
  return ['--python-version', target.python, '--python-platform', `${MACHINES[target.arch]}-${floor}`]
}

/** What uv says where a package has no wheel for an environment, with blanks for line ends. */
export const NO_WHEEL: RegExp = /has no usable wheels|has no wheels with/

interface Reason {
  readonly pattern: RegExp
  readonly code: ReleaseError['code']
  readonly hint: string | ((names: readonly string[]) => string)
  message(names: string, where: string): string
}

/** The line of slipway.yaml that has packages built, by `name==version`. */
function buildLine(pins: readonly string[]): string {
  const names = pins.map((pin) => `${pin.replace(/[=<>~!].*$/, '')}: {}`)
  return `Write \`build: { ${names.join(', ')} }\` below \`deps:\` in slipway.yaml, with \`native: true\` inside what is not pure Python; or give wheels in deps.wheels.`
}

// What uv says (its resolver's report), and what it means for the person who releases.
const REASONS: readonly Reason[] = [
  {
    pattern: /(?:401 Unauthorized|403 Forbidden)()/g,
    code: 'NETWORK_FAILED',
    message: (_names, where) => `the Python index does not accept the login, or wants one (for ${where})`,
    hint: 'Write a valid login into the URL in UV_DEFAULT_INDEX; it is never shown.',
  },
  {
    pattern: /(?:Because|and) ([\w.=<>~!-]+)(?:\{[^}]*\})?([\w.=<>~!+-]*) (?:has no usable wheels|has no wheels with)/g,
    code: 'DEPS_UNRESOLVED',
    message: (names, where) => `no wheel for ${where}: ${names}`,
    hint: buildLine,
  },
  {
    pattern:
      /(?:Because|and) (?:there is no version of )?([\w.=<>~!-]+)(?:\{[^}]*\})?([\w.=<>~!+-]*)(?: was not found in the package registry| and you require)/g,
    code: 'NOT_IN_REGISTRY',
    message: (names, where) => `the Python index lacks ${names} (asked for ${where})`,
    hint: 'Check the name and the version, and the logins of private indexes; a mirror may lag behind, UV_DEFAULT_INDEX names another.',
  },
  {
    pattern: /Hash mismatch for [`']?([\w.=-]+)/g,
    code: 'HASH_MISMATCH',
    message: (names, where) => `not the locked bytes: ${names} (for ${where})`,
    hint: 'Somebody changed the file on the index, or the lock is wrong: do not use it before you know why.',
  },
  {
    pattern: /(?:Failed to fetch|error sending request|dns error|Request failed after)()/g,
    code: 'NETWORK_FAILED',
    message: (_names, where) => `the Python index did not answer while resolving for ${where}`,
    hint: 'Check the network and run the same command again; what was downloaded is kept.',
  },
]

/** The environment that a tree is for, in words. */
export function environmentOf({ target }: Wanted, python: BuilderPython): string {
  return target === undefined ? `the builder's Python ${python.minor}` : `Python ${target.python} on ${target.arch}`
}

/** A failure of uv in the project's words; uv's own are its cause. */
export function explain(error: unknown, where: string): unknown {
  if (!(error instanceof ReleaseError)) return error
  const said = error.cause instanceof CommandOutput ? error.cause.tail.replaceAll(/\s+/g, ' ') : ''
  for (const { pattern, code, message, hint } of REASONS) {
    const names = [...new Set([...said.matchAll(pattern)].map(([, name = '', version = '']) => name + version))]
    if (names.length === 0) continue
    const advice = typeof hint === 'string' ? hint : hint(names)
    return new ReleaseError(code, message(names.join(', '), where), { hint: advice, cause: error.cause })
  }
  if (error.code !== 'COMMAND_FAILED') return error
  return new ReleaseError('DEPS_UNRESOLVED', `dependencies for ${where} cannot be resolved`, {
    hint: 'Mend the requirements; the lines above are what uv says.',
    cause: error.cause,
  })
}
