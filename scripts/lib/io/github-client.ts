import { setTimeout as sleep } from 'node:timers/promises'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { Octokit } from '@octokit/rest'
import { type Patience, RequestFailure } from './attempts.ts'
import type { GithubSettings } from './github-settings.ts'
import { interrupted } from './interrupt.ts'
import { Stalled, watchedFetch } from './stall.ts'

const FINAL = [400, 401, 403, 410, 422, 429, 451] // 403 and 429 with a limit are the throttling plugin's
const WRITES_PER_HOUR = 500 // GitHub's secondary limit for content; 80 a minute is kept by one a second
const FALLBACK_WAIT = 60 // seconds, where a secondary limit names none

/** An Octokit that waits as GitHub asks, repeats what may be repeated, and tells each repetition. */
export function connectGithub({ apiUrl, token, second, stall }: GithubSettings, patience: Patience): Octokit {
  const retries = patience.attempts - 1
  const tellLimit = (wait: number, options: object, _octokit: unknown, count: number): boolean => {
    if (isSingle(options) || count >= retries) return false
    patience.announce(`GitHub limits the rate: attempt ${count + 1} of ${patience.attempts}, again in ${wait} s`)
    return true
  }
  const Announcing = Octokit.plugin(announceRetries(patience), retry, throttling)
  const writes = pacedGroup(second)
  return new Announcing({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'slipway',
    request: { signal: interrupted, fetch: watchedFetch(stall) },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    retry: { doNotRetry: FINAL, retries, retryAfterBaseValue: second },
    throttle: {
      retryAfterBaseValue: second,
      fallbackSecondaryRateRetryAfter: FALLBACK_WAIT,
      write: writes,
      notifications: writes,
      onRateLimit: tellLimit,
      onSecondaryRateLimit: tellLimit,
    },
  })
}

/** The request option of what must not be repeated blindly: creating, uploading, and asking whether something exists. */
export const SINGLE: { readonly retries: 0 } = { retries: 0 }

function isSingle(options: object): boolean {
  return 'request' in options && (options.request as { retries?: number }).retries === 0
}

/** Runs a request; whatever goes wrong becomes a RequestFailure without URL, header or body. */
export async function call<T>(what: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw failureOf(what, error)
  }
}

interface Answered {
  readonly status?: number
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>
    readonly data?: unknown
  }
}

function failureOf(what: string, error: unknown): unknown {
  if (interrupted.aborted || !(error instanceof Error && 'status' in error)) return error
  const { status = 0, response } = error as Answered
  // Octokit calls a broken connection 500.
  if (response === undefined) return new RequestFailure(what, 0, error.cause instanceof Stalled ? ['stalled'] : [])
  return new RequestFailure(what, status, codesOf(response.data), retryAfterOf(status, response.headers, error.message))
}

// https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
function codesOf(data: unknown): readonly string[] {
  const { errors } = (typeof data === 'object' && data !== null ? data : {}) as { errors?: readonly unknown[] }
  const codes = (errors ?? []).map((item) => (item as { code?: unknown } | null)?.code)
  return codes.filter((code): code is string => typeof code === 'string' && /^[a-z_]{1,40}$/.test(code))
}

// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
// The wait is counted by the server's own clock, so a wrong clock here does no harm.
function retryAfterOf(
  status: number,
  headers: Readonly<Record<string, string | number | undefined>>,
  message: string,
): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  if (headers['retry-after'] !== undefined) return Number(headers['retry-after'])
  if (headers['x-ratelimit-remaining'] === '0') {
    const now = Date.parse(String(headers['date'])) / 1000
    return Math.max(1, Math.ceil(Number(headers['x-ratelimit-reset']) - now) + 1)
  }
  return /secondary rate/i.test(message) ? FALLBACK_WAIT : undefined
}

// Registered before the retry plugin, so that it hears every single failure.
function announceRetries(patience: Patience) {
  return (octokit: Pick<Octokit, 'hook'>): object => {
    octokit.hook.error('request', (error, options) => {
      const { retryCount = 0, retries = patience.attempts - 1 } = options.request as Record<string, number | undefined>
      const { status, response } = error as Answered
      if (status !== undefined && !FINAL.includes(status) && retryCount < retries) {
        const reason = response === undefined ? 'no answer' : String(status)
        const wait = (retryCount + 1) ** 2
        patience.announce(
          `${options.method} attempt ${retryCount + 1} of ${patience.attempts} failed (${reason}), again in ${wait} s`,
        )
      }
      throw error
    })
    return {}
  }
}

/** One write a second and 500 an hour, in the shape of the one method that the throttling plugin calls. */
function pacedGroup(second: number): never {
  const starts: number[] = []
  const pace = async (): Promise<void> => {
    const now = performance.now()
    const hourAgo = starts.length < WRITES_PER_HOUR ? now : (starts.shift() ?? now) + 3600 * second
    const start = Math.max(now, (starts.at(-1) ?? now - second) + second, hourAgo)
    starts.push(start)
    await sleep(start - now, undefined, { signal: interrupted })
  }
  const limiter = {
    async schedule<T>(_options: object, work: () => Promise<T>): Promise<T> {
      await pace()
      return work()
    },
  }
  return { key: () => limiter } as never
}
