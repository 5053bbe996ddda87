import { ReleaseError } from '../lib/core/error.ts'

/** Throws several failures as one: each message once, code and hint of the first. */
export function throwTogether(failures: readonly ReleaseError[]): void {
  const [first] = failures
  if (first === undefined) return
  const { code, hint, cause } = first
  const messages = [...new Set(failures.map((failure) => failure.message))].join('\n')
  throw new ReleaseError(code, messages, { hint, cause })
}
