import { isAbsolute, join, relative, sep } from 'node:path'
import picomatch from 'picomatch'
import { ReleaseError } from '../core/error.ts'
import type { ChangedFiles } from '../core/plan.ts'
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
  const asked = ['--show-toplevel', '--show-prefix', '--is-shallow-repository', '--verify', 'HEAD^{commit}']
  const text = await git(folder, 'rev-parse', ...asked).catch(noCheckout)
  if (text === undefined) return undefined
  const [root = '', prefix = '', shallow = '', commit = ''] = text.split('\n')
  // Not git-show(1): log.showSignature would put a signature's check in front.
  const [line, tags] = await Promise.all([
    git(folder, 'rev-list', '--max-count=1', '--timestamp', commit),
    readTags(folder),
  ])
  const project = prefix.replace(/\/$/, '')
  return { root, project, commit, epoch: Number(line.split(' ')[0]), shallow: shallow === 'true', tags }
}

function noCheckout(error: unknown): undefined {
  if (!(error instanceof ReleaseError && error.cause instanceof CommandOutput)) throw error
  if (!error.cause.tail.includes('dubious ownership')) return undefined
  throw new ReleaseError('CHECKOUT_REFUSED', 'git does not trust this checkout: it belongs to another user', {
    hint: 'Run as its owner, or `git config --global --add safe.directory` with its path.',
    cause: error,
  })
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

const SUBJECTS = 500

/** First lines of the project's commits since another, newest first, merges left out. */
export async function subjectsSince({ root, project, commit }: Checkout, since: string): Promise<readonly string[]> {
  const range = [`--max-count=${SUBJECTS}`, '--no-merges', '--no-commit-header', '--format=%s', commit, `^${since}`]
  const text = await git(root, 'rev-list', ...range, '--', `:(top,literal)${project}`)
  return text.split('\n').filter((line) => line !== '')
}

const STATES: Readonly<Record<string, ChangedFiles['files'][number]['how']>> = { A: 'added', D: 'removed' }

/** Files of the project that differ from another commit, in the order of their paths; no blob is read. */
export async function changedSince({ root, project, commit }: Checkout, since: string): Promise<ChangedFiles['files']> {
  const args = ['-r', '-z', '--name-status', '--no-renames', since, commit, '--', `:(top,literal)${project}`]
  const words = records(await git(root, 'diff-tree', ...args)) // state, path, state, path
  const below = project === '' ? 0 : project.length + 1
  return words.flatMap((path, index) =>
    index % 2 === 0 ? [] : [{ path: path.slice(below), how: STATES[words[index - 1] ?? ''] ?? 'changed' }],
  )
}

/** Changed and untracked files at these places, without `out` and without missing files of the project that globs excuse. */
export async function dirtyFiles(
  { root, project }: Checkout,
  places: readonly string[],
  out: string,
  excused: readonly string[],
): Promise<readonly string[]> {
  const literal = places.map((place) => `:(top,literal)${inside(root, place) ?? ''}`)
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--', ...literal]
  const mayLack = picomatch([...excused], { dot: true })
  const own = inside(root, out)
  const below = project === '' ? '' : `${project}/`
  return records(await git(root, ...args)).flatMap((record) => {
    const [state, path] = [record.slice(0, 2), record.slice(3)]
    const lacking = state === ' D' && path.startsWith(below) && mayLack(path.slice(below.length))
    return lacking || path === own || path.startsWith(`${own}/`) ? [] : [path]
  })
}

/** A path relative to the root of a checkout; undefined where it lies outside. */
export function inside(root: string, path: string): string | undefined {
  const below = relative(root, path).split(sep).join('/')
  return below === '..' || below.startsWith('../') || isAbsolute(below) ? undefined : below
}

/** Absolute paths of the tracked files below a folder. */
export async function trackedFiles(folder: string): Promise<ReadonlySet<string>> {
  return new Set(records(await git(folder, 'ls-files', '-z', '--', '.')).map((path) => join(folder, path)))
}

function records(text: string): readonly string[] {
  return text.split('\0').filter((record) => record !== '')
}

/** Paths of every file below the project at a commit. */
export async function listCommitted({ root, project, commit }: Checkout): Promise<ReadonlySet<string>> {
  const tree = project === '' ? commit : `${commit}:${project}`
  const text = await git(root, 'ls-tree', '-r', '-z', '--name-only', '--full-tree', tree)
  return new Set(records(text))
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
