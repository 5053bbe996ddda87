import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBackground, waitUntil } from '../../scripts/lib/io/background.ts'

/** A real registry (Debian's docker-registry) on loopback; stop() it. */
export interface TestRegistry {
  readonly host: string // 127.0.0.1:PORT
  stop(): Promise<void>
}

/** Starts an empty registry. */
export async function startRegistry(): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host },
  }
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config)) // JSON is YAML
  const server = startBackground(['docker-registry', 'serve', join(folder, 'config.yml')])
  const stop = async (): Promise<void> => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const answers = async (): Promise<boolean> => {
    server.assertRunning()
    return fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    )
  }
  if (await waitUntil(answers, 30)) return { host, stop }
  await stop()
  throw new Error('the registry does not answer')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
