import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { ReleaseError } from '../lib/core/error.ts'
import { pipe } from '../lib/io/run.ts'
import type { Members } from './members.ts'
import { gunzip, tarMembers } from './tar-members.ts'

const DAMAGED = 'Run `slipway build deb` again: the file is damaged.'
const MAGIC = '!<arch>\n'
const HEADER = 60 // bytes of a member's header, ar(5)

interface ArMember {
  readonly name: string
  readonly start: number
  readonly size: number
}

/** The data members of a binary package, deb(5), by a reader of its own. */
export async function debMembers(path: string): Promise<Members> {
  const data = (await arMembers(path)).find(({ name }) => name.startsWith('data.tar'))
  if (data === undefined) throw new ReleaseError('PROOF_FAILED', `${path} has no data.tar member`, { hint: DAMAGED })
  const bytes = createReadStream(path, { start: data.start, end: data.start + data.size - 1 })
  return tarMembers(decompressed(data.name, bytes))
}

function decompressed(name: string, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (name.endsWith('.xz')) return pipe(['xz', '-dc'], bytes)
  return name.endsWith('.gz') ? gunzip(bytes) : bytes
}

async function arMembers(path: string): Promise<readonly ArMember[]> {
  const file = await open(path)
  try {
    const { size: total } = await file.stat()
    const magic = (await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0)).buffer.toString()
    if (magic !== MAGIC) throw new ReleaseError('PROOF_FAILED', `${path} is not an ar archive`, { hint: DAMAGED })
    const members: ArMember[] = []
    for (let at = MAGIC.length; at < total; ) {
      const { buffer } = await file.read(Buffer.alloc(HEADER), 0, HEADER, at)
      const name = buffer.toString('latin1', 0, 16).trimEnd().replace(/\/$/, '')
      const size = Number.parseInt(buffer.toString('latin1', 48, 58), 10)
      members.push({ name, start: at + HEADER, size })
      at += HEADER + size + (size % 2)
    }
    return members
  } finally {
    await file.close()
  }
}
