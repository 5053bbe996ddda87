import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import { atExit } from '../lib/io/interrupt.ts'
import { CommandOutput, run } from '../lib/io/run.ts'
import type { ByteSource } from './sources.ts'

const HELPER = '/usr/lib/apt/apt-helper'

/** A source whose downloads lie in a folder until it is closed. */
export interface AptSource extends ByteSource {
  close(): Promise<void>
}

/** The system's own apt as a downloader: it honours the proxies, credentials and transports that this machine is set up with. */
export async function aptSource(mirror: string): Promise<AptSource> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-apt-'))
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true })
  const forget = atExit(remove)
  return {
    name: 'apt',
    async open(path) {
      const target = join(await mkdtemp(join(dir, 'file-')), 'bytes')
      // A folder below /tmp is closed to the user that apt would become
      const command = [
        HELPER,
        '-q',
        '-o',
        'APT::Sandbox::User=root',
        'download-file',
        `${mirror}/${path}`,
        target,
      ] as const
      await run(command).catch((cause: unknown) => {
        throw downloadError(path, cause)
      })
      return createReadStream(target)
    },
    async close() {
      forget()
      await remove()
    },
  }
}

function downloadError(path: string, cause: unknown): unknown {
  const said = cause instanceof ReleaseError && cause.cause instanceof CommandOutput ? cause.cause.tail : undefined
  if (said === undefined) return cause // interrupted, or no apt
  if (/\b404\b/.test(said)) {
    const hint = 'Run `slipway lock` for packages that the mirrors have now.'
    return new ReleaseError('NOT_IN_REGISTRY', `${path} does not exist`, { hint, cause })
  }
  const hint = 'Check that `apt-get update` works on this machine.'
  return new ReleaseError('NETWORK_FAILED', `apt could not load ${path}`, { hint, cause })
}
