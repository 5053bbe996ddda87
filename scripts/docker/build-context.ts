import { createHash } from 'node:crypto'
import { ReleaseError } from '../lib/core/error.ts'
import type { Work } from '../lib/core/format.ts'
import { builtTree, stagedTree } from '../lib/core/staged-tree.ts'
import { isLink, mergeTrees, type Tree, type TreeFile } from '../lib/core/tree.ts'
import type { OwnImageConfig } from './config.ts'
import { fillStages, type Placed, parseDockerfile } from './dockerfile.ts'

/** What the application's own Dockerfile is built on: the staged tree, from which no ignore file takes what was built. */
export async function buildContext(work: Work, { dockerfile, stages }: OwnImageConfig): Promise<Tree> {
  const tree = stagedTree(work)
  const kept = keepingLines(tree, builtTree(work))
  const changed = new Map<string, string>()
  for (const name of ['.dockerignore', `${dockerfile}.dockerignore`, '.containerignore']) {
    const text = await textOf(tree, name)
    if (text !== undefined) changed.set(name, `${text}\n${kept.join('\n')}\n`)
  }
  const filled = new Map(Object.entries(stages).map(([name, places]) => [name.toLowerCase(), placed(tree, places)]))
  if (filled.size > 0) {
    changed.set(dockerfile, fillStages(parseDockerfile((await textOf(tree, dockerfile)) ?? ''), filled))
  }
  return mergeTrees([tree, textTree(changed)])
}

/** Lines of an ignore file that take what was built back: whole folders where nothing else lies in them. */
export function keepingLines(tree: Tree, kept: Tree): readonly string[] {
  const names = new Set(kept.files.map(({ path }) => path))
  const shared = new Set(tree.files.filter(({ path }) => !names.has(path)).flatMap(({ path }) => foldersOf(path)))
  const lines = kept.files.map(({ path }) => {
    const own = foldersOf(path).find((folder) => !shared.has(folder))
    return own === undefined ? `!${literal(path)}` : `!${literal(own)}/**`
  })
  return [...new Set(lines)]
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

// Patterns of ignore files are those of Go's filepath.Match.
const literal = (path: string): string => path.replaceAll(/[*?[\]\\]/g, '\\$&')

function placed(tree: Tree, places: Readonly<Record<string, string>>): readonly Placed[] {
  return Object.entries(places).map(([to, given]) => {
    const from = given.replace(/^\.\/|\/$/g, '')
    if (tree.files.some(({ path }) => path === from)) return { from, to }
    if (from === '.' || tree.files.some(({ path }) => path.startsWith(`${from}/`))) {
      return { from: `${from}/`, to: `${to.replace(/\/$/, '')}/` }
    }
    throw new ReleaseError('CONFIG_INVALID', `docker.stages: the staged tree has no ${given}`, {
      hint: 'Name a folder of the project in which static files lie after the build.',
    })
  })
}

async function textOf(tree: Tree, path: string): Promise<string | undefined> {
  const file = tree.files.find((entry): entry is TreeFile => entry.path === path && !isLink(entry))
  return file === undefined ? undefined : Buffer.from(await tree.read(file)).toString()
}

function textTree(texts: ReadonlyMap<string, string>): Tree {
  const files = [...texts].map(([path, text]): TreeFile => {
    const sha256 = createHash('sha256').update(text).digest('hex')
    return { path, mode: 0o644, size: Buffer.byteLength(text), sha256 }
  })
  return { files, read: async ({ path }) => Buffer.from(texts.get(path) ?? '') }
}
