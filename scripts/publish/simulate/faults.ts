/** What a request asks for; faults are scheduled by it. */
export type Operation =
  | 'repository'
  | 'immutable-releases'
  | 'read-tag'
  | 'list-releases'
  | 'get-release'
  | 'create-release'
  | 'update-release'
  | 'delete-release'
  | 'list-assets'
  | 'upload-asset'
  | 'download-asset'
  | 'delete-asset'

/** How a request goes wrong. Sources: github.com's REST pages, and the issue threads of other uploaders. */
export type FaultKind =
  | 'bad-gateway' // 502, nothing happened
  | 'bad-gateway-starter' // 502 in an upload, an empty asset in state `starter` stays
  | 'landed-but-504' // done, but the answer is lost
  | 'truncated' // 201, but only the first 1000 bytes were kept
  | 'reset' // the connection breaks; in an upload after half of it
  | 'stall' // an upload is never answered; when the client goes, a `starter` stays
  | 'secondary-limit' // 403 with Retry-After
  | 'not-found' // 404 for what is there: replication lag
  | 'lag' // a listing without the newest release

/** One planned fault: on the requests of an operation, after so many good ones, so often. */
export interface Fault {
  readonly on: Operation
  readonly is: FaultKind
  readonly after?: number // default 0
  readonly times?: number // default 1
}

/** Counts requests and tells which of them goes wrong. */
export class Schedule {
  readonly #faults: readonly Fault[]
  readonly #seen = new Map<Operation, number>()

  /** Faults that have not come about, so that a test cannot pass without them. */
  get unspent(): readonly Fault[] {
    return this.#faults.filter(({ on, after = 0 }) => (this.#seen.get(on) ?? 0) <= after)
  }

  constructor(faults: readonly Fault[]) {
    this.#faults = faults
  }

  /** The fault of the next request of this operation. */
  next(operation: Operation): FaultKind | undefined {
    const count = this.#seen.get(operation) ?? 0
    this.#seen.set(operation, count + 1)
    const hit = this.#faults.find(
      ({ on, after = 0, times = 1 }) => on === operation && count >= after && count < after + times,
    )
    return hit?.is
  }
}
