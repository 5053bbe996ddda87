import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { scratch } from '../support/stage.ts'

/** A real repository in a scratch folder. */
export interface Repository {
  readonly folder: string
  git(...args: string[]): string
  write(path: string, text: string, mode?: number): void
  link(path: string, target: string): void
  /** Commits everything and gives the commit. */
  commit(): string
}

export async function repository(): Promise<Repository> {
  const folder = await scratch()
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'commit.gpgsign=false']
  const git = (...args: string[]): string =>
    execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  git('init', '-q', '-b', 'main')
  const place = (path: string): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    return join(folder, path)
  }
  return {
    folder,
    git,
    write(path, text, mode = 0o644) {
      writeFileSync(place(path), text)
      chmodSync(join(folder, path), mode)
    },
    link: (path, target) => symlinkSync(target, place(path)),
    commit() {
      git('add', '-A')
      git('commit', '-q', '-m', 'all')
      return git('rev-parse', 'HEAD')
    },
  }
}
