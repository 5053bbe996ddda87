import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits until no other process of this machine has the turn of that name, and gives the function that ends it. An
 * abstract socket (unix(7)) is the mark: the kernel takes it back with its process, and each network namespace has its own.
 */
export async function takeTurn(name: string): Promise<() => Promise<void>> {
  if (process.platform !== 'linux') return async () => undefined // one worker there: vitest.config.ts
  for (;;) {
    const server = await listenAs(`\0slipway-test-${name}`)
    if (server !== undefined) return () => new Promise((resolve) => void server.close(() => resolve()))
    await sleep(200)
  }
}

async function listenAs(path: string): Promise<Server | undefined> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(path, () => resolve(server))
  })
}
