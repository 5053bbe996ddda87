import { describe, expect, it } from 'vitest'
import { run } from '../../scripts/lib/io/run.ts'
import { explainNpm } from '../../scripts/static/npm-errors.ts'

/** The failure of a real program that says what npm says. */
async function saying(text: string): Promise<unknown> {
  const error = await run([process.execPath, '-e', `console.error(${JSON.stringify(text)}); process.exit(1)`]).catch(
    (caught: unknown) => caught,
  )
  return explainNpm(error, 'ui', 'its build')
}

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
  ['vite: Unexpected token', 'FRONTEND_FAILED', 'ui: its build failed'],
]

describe('what npm says', () => {
  for (const [said, code, message] of rows) {
    it(`becomes ${code}: ${message}`, async () => {
      expect(await saying(said)).toMatchObject({ code, message, cause: { tail: said } })
    })
  }
})
