import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { run } from '../../scripts/lib/io/run.ts'

/** One member of an archive as Python's own readers see it (list-archive.py). */
export interface Row {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link'
  readonly mode: number
  readonly time: number
  readonly size: number
  readonly sha256: string
  readonly uid?: number
  readonly gid?: number
  readonly owner?: string
  readonly target?: string
  readonly pax?: readonly string[]
  readonly flags?: number
  readonly extra?: number
  readonly system?: number
  readonly method?: number
}

/** What Python's tarfile or zipfile finds in these bytes. */
export async function listArchive(kind: 'tar' | 'zip', bytes: Uint8Array): Promise<readonly Row[]> {
  const script = join(import.meta.dirname, 'list-archive.py')
  return withFile(bytes, async (file) => JSON.parse(await run(['python3', script, kind, file])))
}

/** Runs `use` on a file with these bytes, in a folder of its own that is gone afterwards. */
export async function withFile<T>(
  bytes: Uint8Array,
  use: (file: string, folder: string) => Promise<T>,
  name = 'archive',
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-archive-'))
  try {
    await writeFile(join(folder, name), bytes)
    return await use(join(folder, name), folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The same bytes cut into chunks of other sizes, repeating the list. */
export async function* rechunked(
  bytes: AsyncIterable<Uint8Array>,
  sizes: readonly number[],
): AsyncIterable<Uint8Array> {
  const all = await gather(bytes)
  for (let from = 0, turn = 0; from < all.length; turn++) {
    const size = sizes[turn % sizes.length] ?? all.length
    yield all.subarray(from, from + size)
    from += size
  }
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Bytes that follow from a generator; `alphabet` 256 for noise, few for text-like content. */
export function seededBytes(random: () => number, size: number, alphabet = 256): Uint8Array {
  return Uint8Array.from({ length: size }, () => Math.floor(random() * alphabet))
}
