import { relative, sep } from 'node:path'
import picomatch from 'picomatch'
import { ReleaseError } from '../core/error.ts'
import { CommandOutput, run } from './run.ts'

/** A git checkout as plan sees it; nothing here needs a blob, so a partial clone will do. */
export interface Checkout {
  readonly root: string
  readonly project: string // the project's folder below the root, `` for the root
  readonly commit: string
  readonly epoch: number // commit time in seconds
  readonly shallow: boolean
  readonly tags: readonly { readonly name: string; readonly commit: string }[]
}

// A partial clone must not fetch behind our back, and nothing may write into the checkout.
const OFFLINE = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none', GIT_OPTIONAL_LOCKS: '0' }

/** Runs git in a folder, without network and without writing. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  return run(['git', ...args], { cwd: folder, env: OFFLINE })
}

/** The checkout that a folder lies in; undefined where there is no git or no commit yet. */
export async function openCheckout(folder: string): Promise<Checkout | undefined> {
  const root = await firstLine(folder, 'rev-parse', '--show-toplevel')
  if (root === undefined) return undefined
  const commit = await firstLine(folder, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}')
  if (commit === undefined) return undefined
  const prefix = await git(folder, 'rev-parse', '--show-prefix')
  return {
    root,
    project: prefix.trimEnd().replace(/\/$/, ''),
    commit,
    epoch: Number(await git(folder, 'show', '--no-patch', '--format=%ct', commit)),
    shallow: (await git(folder, 'rev-parse', '--is-shallow-repository')).trim() === 'true',
    tags: await readTags(folder),
  }
}

async function firstLine(folder: string, ...args: string[]): Promise<string | undefined> {
  try {
    const text = await git(folder, ...args)
    return text.trimEnd() === '' ? undefined : text.trimEnd()
  } catch (error) {
    if (!(error instanceof ReleaseError && error.cause instanceof CommandOutput)) throw error
    if (!error.cause.tail.includes('dubious ownership')) return undefined
    throw new ReleaseError('CHECKOUT_REFUSED', 'git does not trust this checkout: it belongs to another user', {
      hint: 'Run as its owner, or `git config --global --add safe.directory` with its path.',
      cause: error,
    })
  }
}

// git-for-each-ref(1): `*` is what an annotated tag points at.
async function readTags(folder: string): Promise<Checkout['tags']> {
  const format = '%(refname:strip=2) %(objectname) %(*objectname)'
  const text = await git(folder, 'for-each-ref', 'refs/tags', `--format=${format}`)
  return text.split('\n').flatMap((line) => {
    const [name = '', object = '', target = ''] = line.split(' ')
    return name === '' ? [] : [{ name, commit: target === '' ? object : target }]
  })
}

/** Changed and untracked files of a folder, without `out` and without missing files that are excused by globs. */
export async function dirtyFiles(folder: string, out: string, excused: readonly string[]): Promise<readonly string[]> {
  const text = await git(folder, 'status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--', '.')
  const prefix = (await git(folder, 'rev-parse', '--show-prefix')).trimEnd()
  const mayLack = picomatch([...excused], { dot: true })
  const inside = relative(folder, out).split(sep).join('/')
  return text.split('\0').flatMap((record) => {
    const [state, path] = [record.slice(0, 2), record.slice(3 + prefix.length)]
    const own = path === '' || path === inside || path.startsWith(`${inside}/`)
    return own || (state === ' D' && mayLack(path)) ? [] : [path]
  })
}

/** Paths of every file below the project at a commit. */
export async function listCommitted({ root, project, commit }: Checkout): Promise<ReadonlySet<string>> {
  const tree = project === '' ? commit : `${commit}:${project}`
  const text = await git(root, 'ls-tree', '-r', '-z', '--name-only', '--full-tree', tree)
  return new Set(text.split('\0').filter((path) => path !== ''))
}

/** The text of a file of the project at a commit. */
export async function readCommitted({ root, project, commit }: Checkout, path: string): Promise<string> {
  const whole = project === '' ? path : `${project}/${path}`
  return git(root, 'cat-file', 'blob', `${commit}:${whole}`).catch((cause: unknown) => {
    throw new ReleaseError('CHECKOUT_REFUSED', `this clone lacks the bytes of ${path}`, {
      hint: 'Fetch the repository without a filter.',
      cause,
    })
  })
}
