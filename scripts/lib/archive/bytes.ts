/** All bytes of a stream as one buffer; for what is known to be small. */
export async function gather(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A stream of bytes that are at hand. */
export async function* streamOf(...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks
}

/** The same bytes in blocks of exactly `size`, only the last one shorter; nothing for an empty stream. A block is good until `lent` more were taken: then its memory is used again. */
export async function* inBlocks(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  lent: number,
): AsyncIterable<Uint8Array> {
  const ring: Buffer[] = []
  let taken = 0
  let filled = 0
  for await (const chunk of bytes) {
    let from = 0
    while (from < chunk.length) {
      ring[taken] ??= Buffer.allocUnsafeSlow(size)
      const block = ring[taken] as Buffer
      const length = Math.min(size - filled, chunk.length - from)
      block.set(chunk.subarray(from, from + length), filled)
      from += length
      filled += length
      if (filled < size) continue
      taken = (taken + 1) % (lent + 1)
      filled = 0
      yield block
    }
  }
  const last = ring[taken]
  if (filled > 0 && last !== undefined) yield last.subarray(0, filled)
}
