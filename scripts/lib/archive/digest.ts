import { createHash } from 'node:crypto'

/** What archives and their indexes list; md5 is for `md5sums` of a .deb only (deb-md5sums(5)). */
export type Algorithm = 'md5' | 'sha256' | 'sha512'

/** Size and digests of a stream that was read to its end. */
export interface Measurement<A extends Algorithm> {
  readonly size: number
  /** Lower-case hex. */
  hex(algorithm: A): string
}

/** A stream that counts and hashes what passes; `result` is there once it was read to its end. */
export interface MeasuredStream<A extends Algorithm> {
  readonly bytes: AsyncIterable<Uint8Array>
  result(): Measurement<A>
}

/** Measures a stream on its way to somebody else. */
export function measured<A extends Algorithm>(
  bytes: AsyncIterable<Uint8Array>,
  algorithms: readonly A[],
): MeasuredStream<A> {
  const hashes = new Map(algorithms.map((algorithm) => [algorithm, createHash(algorithm)]))
  const digests = new Map<A, string>()
  let size = 0
  async function* pass(): AsyncIterable<Uint8Array> {
    for await (const chunk of bytes) {
      for (const hash of hashes.values()) hash.update(chunk)
      size += chunk.length
      yield chunk
    }
    for (const [algorithm, hash] of hashes) digests.set(algorithm, hash.digest('hex'))
  }
  const hex = (algorithm: A): string => {
    const digest = digests.get(algorithm)
    if (digest === undefined) throw new Error(`${algorithm} of a stream that was not read to its end`)
    return digest
  }
  return { bytes: pass(), result: () => ({ size, hex }) }
}

/** Reads a stream to its end only to measure it. */
export async function measure<A extends Algorithm>(
  bytes: AsyncIterable<Uint8Array>,
  algorithms: readonly A[],
): Promise<Measurement<A>> {
  const stream = measured(bytes, algorithms)
  for await (const _ of stream.bytes);
  return stream.result()
}
