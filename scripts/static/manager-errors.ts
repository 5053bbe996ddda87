import { ReleaseError } from '../lib/core/error.ts'
import { CommandOutput } from '../lib/io/run.ts'

/** What was being done, and by which lock. */
export interface Doing {
  readonly dir: string
  readonly what: string
  readonly manager: string
  readonly lock: string | undefined
}

interface Reason {
  readonly patterns: readonly RegExp[]
  readonly code: ReleaseError['code']
  message(doing: Doing, name: string): string
  hint(doing: Doing): string
}

// npm: `npm help logging`; pnpm: https://pnpm.io/errors; yarn 1: its src/reporters/lang/en.js.
const REASONS: readonly Reason[] = [
  {
    patterns: [
      /npm (?:error|ERR!) .*package\.json and (?:package-lock\.json|npm-shrinkwrap\.json).* are in sync()/,
      /ERR_PNPM_(?:OUTDATED_LOCKFILE|LOCKFILE_CONFIG_MISMATCH|NO_LOCKFILE)()/,
      /Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`()/,
    ],
    code: 'FRONTEND_FAILED',
    message: ({ dir, lock }) => `${dir}: ${lock ?? 'its lock'} is out of step with package.json`,
    hint: ({ manager, lock }) =>
      `Update ${lock ?? 'the lock'} with \`${manager} install\` and commit it, or say in frontends.install how to install without it.`,
  },
  {
    patterns: [
      /npm (?:error|ERR!) 404 +Not Found - GET (\S+)/,
      /ERR_PNPM_FETCH_404.*GET (\S+?):? /,
      /"?(https?:\/\/\S+?): Request failed \\?"404/,
      /Couldn't find package "([^"]+)"/,
      /Couldn't find any versions for "([^"]+)"/,
    ],
    code: 'NOT_IN_REGISTRY',
    message: ({ dir }, name) => `${dir}: the npm registry lacks ${name}`,
    hint: () => MIRROR,
  },
  {
    patterns: [/npm (?:error|ERR!) code (?:ETARGET|E404)()/, /ERR_PNPM_NO_MATCHING_VERSION()/],
    code: 'NOT_IN_REGISTRY',
    message: ({ dir }) => `${dir}: the npm registry lacks a package of the lock`,
    hint: () => MIRROR,
  },
  {
    patterns: [
      /npm (?:error|ERR!) code EINTEGRITY()/,
      /ERR_PNPM_TARBALL_INTEGRITY()/,
      /Integrity check failed for()/,
      /resulted in hash .* which did not match the requested hash()/,
    ],
    code: 'HASH_MISMATCH',
    message: ({ dir }) => `${dir}: a package does not have the bytes that the lock names`,
    hint: () => 'Somebody changed it on the registry, or the lock is wrong: do not use it before you know why.',
  },
  {
    patterns: [
      /npm (?:error|ERR!) code (?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT)()/,
      /ERR_PNPM_META_FETCH_FAIL()/,
      /(?:ERR_PNPM|GET https?:).*(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN)()/,
      /error An unexpected error occurred: .*(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ESOCKETTIMEDOUT)()/,
    ],
    code: 'NETWORK_FAILED',
    message: ({ dir }) => `${dir}: the npm registry did not answer`,
    hint: () => 'Check the network and run the same command again; what was downloaded is kept.',
  },
]

const MIRROR = 'Use a registry that mirrors the public one completely (npm_config_registry), or update the lock.'

/** The failure of a package manager in the project's words; its own are the cause. */
export function explainManager(error: unknown, doing: Doing): unknown {
  if (!(error instanceof ReleaseError) || error.code !== 'COMMAND_FAILED') return error
  const { cause } = error
  const said = cause instanceof CommandOutput ? cause.tail : ''
  for (const { patterns, code, message, hint } of REASONS) {
    const found = patterns.map((pattern) => pattern.exec(said)).find((match) => match !== null)
    if (found === undefined) continue
    return new ReleaseError(code, message(doing, packageOf(found[1] ?? '')), { hint: hint(doing), cause })
  }
  const hint = 'Mend the front end; the lines above are what it says.'
  return new ReleaseError('FRONTEND_FAILED', `${doing.dir}: ${doing.what} failed`, { hint, cause })
}

/** The package that an address of the registry means. */
function packageOf(address: string): string {
  const path = decodeURIComponent(address.replace(/^[a-z]+:\/\/[^/]*\//, ''))
  return path.replace(/\/-\/.*$/, '')
}
