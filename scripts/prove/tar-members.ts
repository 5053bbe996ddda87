import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { type Member, type Members, memberPath, readMember } from './members.ts'

/** Every entry of a tar stream (plain or gzip), handed to `visit` one after the other. */
export async function visitTar(
  bytes: AsyncIterable<Uint8Array>,
  visit: (entry: ReadEntry) => Promise<void>,
): Promise<void> {
  const seen: Promise<void>[] = []
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      seen.push(visit(entry).finally(() => entry.resume()))
    },
  })
  await pipeline(Readable.from(bytes), parser as unknown as NodeJS.WritableStream)
  await Promise.all(seen)
}

/** The members of a tar stream, read by node-tar. */
export async function tarMembers(bytes: AsyncIterable<Uint8Array>): Promise<Members> {
  const members = new Map<string, Member>()
  const hard: (readonly [path: string, same: string])[] = []
  await visitTar(bytes, async (entry) => {
    const path = memberPath(entry.path)
    if (entry.type === 'Directory') return
    if (entry.type === 'SymbolicLink') members.set(path, { kind: 'link', target: entry.linkpath ?? '' })
    else if (entry.type === 'Link') hard.push([path, memberPath(entry.linkpath ?? '')])
    else members.set(path, await readMember(entry as unknown as AsyncIterable<Uint8Array>))
  })
  for (const [path, same] of hard) {
    const member = members.get(same)
    if (member !== undefined) members.set(path, member)
  }
  return members
}

/** Bytes without their gzip. */
export function gunzip(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return Readable.from(bytes).pipe(createGunzip())
}

/** Bytes without their zstd. */
export function unzstd(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return Readable.from(bytes).pipe(createZstdDecompress())
}
