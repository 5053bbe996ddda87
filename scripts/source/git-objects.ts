import { ReleaseError } from '../lib/core/error.ts'
import { pipe, run } from '../lib/io/run.ts'

/** One entry of a git tree or index; `mode` as git writes it: 100644, 100755, 120000, 160000. */
export interface GitEntry {
  readonly path: string
  readonly mode: string
  readonly oid: string
}

// A partial clone must not fetch behind our back: what is missing is told by name.
const OFFLINE = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none', GIT_OPTIONAL_LOCKS: '0' }

/** Runs git in a checkout, without network. */
export async function git(root: string, ...args: string[]): Promise<string> {
  return run(['git', ...args], { cwd: root, env: OFFLINE })
}

/** Every entry below a tree, with paths relative to it (git-ls-tree(1), -z). */
export async function listTree(root: string, tree: string): Promise<readonly GitEntry[]> {
  const text = await git(root, 'ls-tree', '-r', '-z', '--full-tree', tree)
  return records(text).map((record) => {
    const [head = '', path = ''] = splitOnce(record, '\t')
    const [mode = '', , oid = ''] = head.split(' ')
    return { path: utf8Path(path), mode, oid }
  })
}

/** Every tracked file of a folder, as in the index (git-ls-files(1), --stage -z). */
export async function listIndex(root: string): Promise<readonly GitEntry[]> {
  const text = await git(root, 'ls-files', '--stage', '-z')
  return records(text).map((record) => {
    const [head = '', path = ''] = splitOnce(record, '\t')
    const [mode = '', oid = ''] = head.split(' ')
    return { path: utf8Path(path), mode, oid }
  })
}

/** Files of a folder that are neither tracked nor ignored. */
export async function listUntracked(root: string): Promise<readonly string[]> {
  return records(await git(root, 'ls-files', '--others', '--exclude-standard', '-z')).map(utf8Path)
}

/** Ids of objects below a tree that this clone does not have. */
export async function missingObjects(root: string, tree: string): Promise<ReadonlySet<string>> {
  const text = await git(root, 'rev-list', '--objects', '--missing=print', '--no-object-names', tree)
  const lines = text.split('\n').filter((line) => line.startsWith('?'))
  return new Set(lines.map((line) => line.slice(1)))
}

/** The bytes of blobs, in the order asked, one `git cat-file --batch` for all. */
export async function* readBlobs(root: string, oids: readonly string[]): AsyncIterable<Uint8Array> {
  const reader = new BatchReader(pipe(['git', 'cat-file', '--batch'], lines(oids), { cwd: root, env: OFFLINE }))
  for (const oid of oids) {
    const [name, type, size] = (await reader.line()).split(' ')
    if (name !== oid || type !== 'blob') {
      throw new ReleaseError('CHECKOUT_REFUSED', `git does not give the object ${oid}`, {
        hint: 'Fetch the repository again: its object store is damaged.',
      })
    }
    yield await reader.bytes(Number(size))
    await reader.bytes(1) // the newline after each object
  }
}

async function* lines(words: readonly string[]): AsyncIterable<Uint8Array> {
  for (const word of words) yield Buffer.from(`${word}\n`)
}

/** Reads lines and counted bytes alternately from one stream. */
class BatchReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf(10)
      if (end >= 0) return this.#take(end + 1).toString('latin1', 0, end)
      await this.#more()
    }
  }

  async bytes(size: number): Promise<Uint8Array> {
    const parts = [this.#held]
    let length = this.#held.length
    while (length < size) {
      const chunk = await this.#next()
      parts.push(chunk)
      length += chunk.length
    }
    if (parts.length > 1) this.#held = Buffer.concat(parts)
    return this.#take(size)
  }

  #take(size: number): Buffer {
    const taken = this.#held.subarray(0, size)
    this.#held = this.#held.subarray(size)
    return taken
  }

  async #more(): Promise<void> {
    this.#held = Buffer.concat([this.#held, await this.#next()])
  }

  async #next(): Promise<Buffer> {
    const { value, done } = await this.#chunks.next()
    if (done === true) {
      const hint = 'Run `git fsck` in the checkout, and clone it again where that finds damage.'
      throw new ReleaseError('CHECKOUT_REFUSED', 'git stopped in the middle of an object', { hint })
    }
    return Buffer.from(value)
  }
}

function records(text: string): readonly string[] {
  return text.split('\0').filter((record) => record !== '')
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return [text.slice(0, at), text.slice(at + separator.length)]
}

function utf8Path(path: string): string {
  if (!path.includes('\ufffd')) return path
  throw new ReleaseError('PATH_REFUSED', `the name of ${path} is not UTF-8`, {
    hint: 'Rename the file: archives and file systems do not agree on such names.',
  })
}
