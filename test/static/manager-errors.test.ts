import { describe, expect, it } from 'vitest'
import { run } from '../../scripts/lib/io/run.ts'
import { explainManager } from '../../scripts/static/manager-errors.ts'

/** The failure of a real program that says what a package manager says. */
async function saying(text: string): Promise<unknown> {
  const error = await run([process.execPath, '-e', `console.error(${JSON.stringify(text)}); process.exit(1)`]).catch(
    (caught: unknown) => caught,
  )
  return explainManager(error, { dir: 'ui', what: 'its build', manager: 'pnpm', lock: 'ui/pnpm-lock.yaml' })
}

const STALE = 'ui: ui/pnpm-lock.yaml is out of step with package.json'

const rows: readonly [said: string, code: string, message: string][] = [
  [
    'npm error code E404\nnpm error 404 Not Found - GET https://registry.npmjs.org/@scope%2fname/-/name-1.0.0.tgz - Not found',
    'NOT_IN_REGISTRY',
    'ui: the npm registry lacks @scope/name',
  ],
  ['npm ERR! 404 Not Found - GET https://r.example/left-pad', 'NOT_IN_REGISTRY', 'ui: the npm registry lacks left-pad'],
  ['npm error code ETARGET', 'NOT_IN_REGISTRY', 'ui: the npm registry lacks a package of the lock'],
  ['npm error code EINTEGRITY', 'HASH_MISMATCH', 'ui: a package does not have the bytes that the lock names'],
  ['npm error code ENOTFOUND', 'NETWORK_FAILED', 'ui: the npm registry did not answer'],
  [
    'npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync.',
    'FRONTEND_FAILED',
    STALE,
  ],
  [
    ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date with <ROOT>/package.json',
    'FRONTEND_FAILED',
    STALE,
  ],
  ['error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.', 'FRONTEND_FAILED', STALE],
  [
    ' ERR_PNPM_FETCH_404  GET https://registry.npmjs.org/@scope%2Fname: Not Found - 404',
    'NOT_IN_REGISTRY',
    'ui: the npm registry lacks @scope/name',
  ],
  [
    'error An unexpected error occurred: "https://registry.npmjs.org/@a/b/-/b-1.0.0.tgz: Request failed \\"404 Not Found\\"".',
    'NOT_IN_REGISTRY',
    'ui: the npm registry lacks @a/b',
  ],
  [
    ' ERR_PNPM_TARBALL_INTEGRITY  Got unexpected checksum for "https://registry.npmjs.org/a/-/a-1.tgz".',
    'HASH_MISMATCH',
    'ui: a package does not have the bytes that the lock names',
  ],
  [
    'error https://registry.npmjs.org/a/-/a-1.tgz: Integrity check failed for "a" (computed integrity doesn\'t match our records, got "sha512-x")',
    'HASH_MISMATCH',
    'ui: a package does not have the bytes that the lock names',
  ],
  [
    'error An unexpected error occurred: "https://r.example/a.tgz: getaddrinfo ENOTFOUND r.example".',
    'NETWORK_FAILED',
    'ui: the npm registry did not answer',
  ],
  ['vite: Unexpected token', 'FRONTEND_FAILED', 'ui: its build failed'],
]

describe('what a package manager says', () => {
  for (const [said, code, message] of rows) {
    it(`becomes ${code}: ${message}`, async () => {
      expect(await saying(said)).toMatchObject({ code, message, cause: { tail: said } })
    })
  }
})
