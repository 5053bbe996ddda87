import { setTimeout as sleep } from 'node:timers/promises'
import { interrupted } from './interrupt.ts'

/** A request that a server did not serve. `status` 0: no answer at all. */
export class RequestFailure extends Error {
  readonly status: number
  readonly codes: readonly string[] // the server's own words for it, such as already_exists
  readonly retryAfter: number | undefined // seconds that the server asks to wait

  constructor(what: string, status: number, codes: readonly string[] = [], retryAfter?: number) {
    const details = codes.length === 0 ? '' : `, ${codes.join(', ')}`
    super(`${what} (${status === 0 ? 'no answer' : status}${details})`)
    this.name = 'RequestFailure'
    this.status = status
    this.codes = codes
    this.retryAfter = retryAfter
  }
}

/** How often something is tried, what a second lasts, and who is told. */
export interface Patience {
  readonly attempts: number
  readonly second: number
  announce(text: string): void
}

/** Seconds before the attempt after `attempt`: what the server asked for, or 2, 5, 11, 23, 47. */
export function waitAfter(attempt: number, retryAfter: number | undefined): number {
  return retryAfter ?? 3 * 2 ** (attempt - 1) - 1
}

// Not failures that pass by themselves, but a look at the listing tells what to do next time.
const LOOK_AGAIN = ['already_exists', 'other_bytes']

/** Whether the same request may succeed later: no answer, 5xx, 429, a secondary limit, or not yet visible. */
export function isPassing(failure: unknown): failure is RequestFailure {
  if (!(failure instanceof RequestFailure)) return false
  const { status, codes, retryAfter } = failure
  if (codes.some((code) => LOOK_AGAIN.includes(code))) return true
  return status === 0 || status >= 500 || status === 429 || status === 404 || retryAfter !== undefined
}

/** Tries `work` until it succeeds; a failure that will not pass, or the last one, is thrown as it is. */
export async function attempt<T>(what: string, patience: Patience, work: (attempt: number) => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await work(count)
    } catch (failure) {
      if (count === patience.attempts || !isPassing(failure)) throw failure
      await waitFor(what, patience, count, failure)
    }
  }
}

/** Tells that an attempt failed, and waits as long as it says. */
export async function waitFor(what: string, patience: Patience, count: number, failure: RequestFailure): Promise<void> {
  const wait = waitAfter(count, failure.retryAfter)
  const reason = failure.codes[0] ?? (failure.status === 0 ? 'no answer' : String(failure.status))
  patience.announce(`${what}: attempt ${count} of ${patience.attempts} failed (${reason}), again in ${wait} s`)
  await sleep(wait * patience.second, undefined, { signal: interrupted })
}
