import { Readable } from 'node:stream'

/** Nothing has moved for too long: neither a byte out nor an answer in. */
export class Stalled extends Error {
  constructor() {
    super('nothing moved any more')
    this.name = 'Stalled'
  }
}

/** fetch that gives a request up when, before its answer begins, nothing has moved for so many milliseconds. */
export function watchedFetch(idle: number): typeof fetch {
  return async (input, init = {}) => {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(new Stalled()), idle)
    const signals = [controller.signal, ...(init.signal ? [init.signal] : [])]
    const body = isStream(init.body) ? Readable.from(moving(init.body, timer), { objectMode: false }) : init.body
    try {
      return await fetch(input, {
        ...init,
        body: (body ?? null) as Exclude<RequestInit['body'], undefined>,
        signal: AbortSignal.any(signals),
      })
    } finally {
      clearTimeout(timer)
    }
  }
}

// A chunk is asked for when the network has taken the one before.
async function* moving(bytes: AsyncIterable<Uint8Array>, timer: NodeJS.Timeout): AsyncIterable<Uint8Array> {
  for await (const chunk of bytes) {
    timer.refresh()
    yield chunk
  }
  timer.refresh()
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}
