import { posix } from 'node:path'
import { ReleaseError } from '../lib/core/error.ts'
import { isLink, type Tree, type TreeLink } from '../lib/core/tree.ts'

/** PATH_REFUSED for every symbolic link that leaves the tree or points at nothing in it. */
export function assertLinksInside(tree: Tree): void {
  const paths = new Set(tree.files.flatMap((entry) => withParents(entry.path)))
  const wrong = tree.files.filter(isLink).filter((link) => !paths.has(targetOf(link)))
  if (wrong.length === 0) return
  const lines = wrong.map(({ path, link }) => `  ${path} -> ${link}`)
  throw new ReleaseError('PATH_REFUSED', ['links to something that will not be installed:', ...lines].join('\n'), {
    hint: 'Include what the link points at, or exclude the link.',
  })
}

function targetOf({ path, link }: TreeLink): string {
  return posix.isAbsolute(link) ? link : posix.normalize(posix.join(posix.dirname(path), link)).replace(/\/$/, '')
}

function withParents(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
