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

/** The same bytes in blocks of exactly `size`, only the last one shorter; nothing for an empty stream. */
export async function* inBlocks(bytes: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  let block = Buffer.allocUnsafe(size)
  let filled = 0
  for await (const chunk of bytes) {
    let from = 0
    while (from < chunk.length) {
      const length = Math.min(size - filled, chunk.length - from)
      block.set(chunk.subarray(from, from + length), filled)
      from += length
      filled += length
      if (filled < size) continue
      yield block
      block = Buffer.allocUnsafe(size) // the one before may still be in use
      filled = 0
    }
  }
  if (filled > 0) yield block.subarray(0, filled)
}
