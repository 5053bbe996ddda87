import { setTimeout as sleep } from 'node:timers/promises'
import { ReleaseError } from '../core/error.ts'
import { interrupted } from './interrupt.ts'

const ATTEMPTS = 4
const WAIT_MS = 1000

// What a person can do about a status; for any other: wait.
const REFUSALS: Readonly<Record<number, string>> = {
  401: 'Give the login that this server asks for, or name another mirror or registry.',
  403: 'Ask who runs this server for access, or name another mirror or registry.',
  407: 'Give the login of the proxy in HTTPS_PROXY.',
}

/** GET with retries on network errors, 429 and 5xx; NOT_IN_REGISTRY on 404, NETWORK_FAILED otherwise. */
export async function download(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, { headers, signal: interrupted }).catch((cause: unknown) => cause)
    if (response instanceof Response && response.ok) return response
    const final = response instanceof Response && response.status < 500 && response.status !== 429
    if (final || attempt === ATTEMPTS || interrupted.aborted) throw downloadError(url, response)
    if (response instanceof Response) await response.body?.cancel()
    await sleep(WAIT_MS * attempt ** 2)
  }
}

/** The bytes of an answer; NETWORK_FAILED where they end too early. */
export async function* bodyOf(response: Response): AsyncIterable<Uint8Array> {
  try {
    yield* response.body ?? []
  } catch (cause) {
    if (interrupted.aborted) throw cause
    throw new ReleaseError('NETWORK_FAILED', `${publicUrl(response.url)} was cut short on the way`, {
      hint: 'Check the network and run the same command again; nothing is lost.',
      cause,
    })
  }
}

/** The URL without credentials, for messages. */
export function publicUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

function downloadError(url: string, outcome: unknown): ReleaseError {
  const what = publicUrl(url)
  if (!(outcome instanceof Response)) {
    const hint = 'Check the network and run the same command again; nothing is lost.'
    return new ReleaseError('NETWORK_FAILED', `no answer from ${what}`, { hint, cause: outcome })
  }
  const { status } = outcome
  if (status === 404) {
    const hint = 'Check the name and the version, and that this mirror or registry has them.'
    return new ReleaseError('NOT_IN_REGISTRY', `${what} does not exist`, { hint })
  }
  const hint =
    REFUSALS[status] ?? 'Wait until the server is well again, and run the same command again; nothing is lost.'
  return new ReleaseError('NETWORK_FAILED', `${what} answered ${status}`, { hint })
}
