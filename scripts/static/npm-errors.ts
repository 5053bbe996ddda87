import { ReleaseError } from '../lib/core/error.ts'
import { CommandOutput } from '../lib/io/run.ts'

interface Reason {
  readonly pattern: RegExp
  readonly code: ReleaseError['code']
  readonly hint: string
  message(dir: string, name: string): string
}

// npm's own codes (npm help logging), and what they mean for the person who releases.
const REASONS: readonly Reason[] = [
  {
    pattern: /npm (?:error|ERR!) 404 +Not Found - GET (\S+)/,
    code: 'NOT_IN_REGISTRY',
    message: (dir, name) => `${dir}: the npm registry lacks ${name}`,
    hint: 'Use a registry that mirrors the public one completely (npm_config_registry), or update the lock.',
  },
  {
    pattern: /npm (?:error|ERR!) code (ETARGET|E404)/,
    code: 'NOT_IN_REGISTRY',
    message: (dir) => `${dir}: the npm registry lacks a package of the lock`,
    hint: 'Use a registry that mirrors the public one completely (npm_config_registry), or update the lock.',
  },
  {
    pattern: /npm (?:error|ERR!) code EINTEGRITY()/,
    code: 'HASH_MISMATCH',
    message: (dir) => `${dir}: a package does not have the bytes that the lock names`,
    hint: 'Somebody changed it on the registry, or the lock is wrong: do not use it before you know why.',
  },
  {
    pattern: /npm (?:error|ERR!) code (ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT)/,
    code: 'NETWORK_FAILED',
    message: (dir) => `${dir}: the npm registry did not answer`,
    hint: 'Check the network and run the same command again; what was downloaded is kept.',
  },
]

/** The failure of npm in the project's words; npm's own are its cause. */
export function explainNpm(error: unknown, dir: string, what: string): unknown {
  if (!(error instanceof ReleaseError) || error.code !== 'COMMAND_FAILED') return error
  const { cause } = error
  const said = cause instanceof CommandOutput ? cause.tail : ''
  for (const { pattern, code, message, hint } of REASONS) {
    const found = pattern.exec(said)
    if (found !== null) return new ReleaseError(code, message(dir, packageOf(found[1] ?? '')), { hint, cause })
  }
  const hint = 'Mend the front end; the lines above are what it says.'
  return new ReleaseError('FRONTEND_FAILED', `${dir}: ${what} failed`, { hint, cause })
}

/** The package that an address of the registry means. */
function packageOf(address: string): string {
  const path = decodeURIComponent(address.replace(/^[a-z]+:\/\/[^/]*\//, ''))
  return path.replace(/\/-\/.*$/, '')
}
