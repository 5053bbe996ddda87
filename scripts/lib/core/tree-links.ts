import { posix } from 'node:path'
import { ReleaseError } from './error.ts'
import { isLink, type TreeEntry, type TreeLink } from './tree.ts'

/** PATH_REFUSED for every symbolic link that leaves the tree or points at nothing in it. */
export function assertLinksInside(files: readonly TreeEntry[]): void {
  const paths = new Set(files.flatMap((entry) => withParents(entry.path)))
  const wrong = files.filter(isLink).filter((link) => !paths.has(targetOf(link)))
  if (wrong.length === 0) return
  const lines = wrong.map(({ path, link }) => `  ${path} -> ${link}`)
  throw new ReleaseError('PATH_REFUSED', ['links to something that will not be installed:', ...lines].join('\n'), {
    hint: 'Include what they point at, or leave the links out; a build can write files in their place.',
  })
}

function targetOf({ path, link }: TreeLink): string {
  return posix.isAbsolute(link) ? link : posix.normalize(posix.join(posix.dirname(path), link)).replace(/\/$/, '')
}

function withParents(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
