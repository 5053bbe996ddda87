import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Route } from './asked.ts'
import { type Fault, Schedule } from './faults.ts'
import { handle, type Logged, type StandInOptions, type World } from './handle.ts'
import { Store } from './store.ts'
import type { Site } from './wire.ts'

/** A stand-in for GitHub on loopback: the interface on one port, uploads on another, as GitHub has two hosts. */
export interface StandIn {
  readonly apiUrl: string
  readonly store: Store
  readonly log: readonly Logged[]
  /** From now on these faults; counting begins anew. */
  schedule(faults: readonly Fault[]): void
  /** Planned faults that have not come about. */
  unspent(): readonly Fault[]
  /** Resolves when an upload stalls. */
  stalled(): Promise<void>
  close(): Promise<void>
}

/** Starts a stand-in; close() it. */
export async function startGithub(options: StandInOptions): Promise<StandIn> {
  const store = new Store(options)
  const log: Logged[] = []
  const stall = Promise.withResolvers<void>()
  let schedule = new Schedule(options.faults ?? [])
  let site: Site = { api: '', uploads: '', repository: options.repository }
  const serve = (host: Route['host']) =>
    createServer(async (request, response) => {
      const world: World = { host, options, site, store, schedule, log, onStall: () => stall.resolve() }
      await handle(world, request, response).catch(() => request.destroy())
    })
  const [api, uploads] = await Promise.all([listen(serve('api')), listen(serve('uploads'))])
  site = { ...site, api: `${urlOf(api)}/api/v3`, uploads: urlOf(uploads) }
  return {
    apiUrl: site.api,
    store,
    log,
    schedule(faults) {
      schedule = new Schedule(faults)
    },
    unspent: () => schedule.unspent,
    stalled: () => stall.promise,
    async close() {
      for (const server of [api, uploads]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

async function listen(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
