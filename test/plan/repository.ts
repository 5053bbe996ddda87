import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Project } from '../../scripts/lib/io/project-options.ts'
import { VALID } from '../config/valid.ts'

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@shelf.example',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@shelf.example',
  GIT_AUTHOR_DATE: '2026-03-01T12:00:00Z',
  GIT_COMMITTER_DATE: '2026-03-01T12:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
}

/** A new folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-plan-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs git in a folder, with a fixed identity and date. */
export function git(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], {
    cwd: folder,
    env: { ...process.env, ...IDENTITY },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** The files of a small application, version 1.2.0. */
export const SHELF: Readonly<Record<string, string>> = {
  'slipway.yaml': VALID,
  LICENSE: 'MIT License\n',
  'pyproject.toml': '[project]\nname = "shelf"\nversion = "1.2.0"\n',
  'shelf/__init__.py': '__version__ = "1.2.0"\n',
  'manage.py': 'print("shelf")\n',
  'web/package.json': '{ "name": "web", "engines": { "node": ">=20 <23" } }\n',
  'web/package-lock.json': '{ "lockfileVersion": 3 }\n',
}

/** A repository with the application committed, below `at`. */
export function shelfRepository(files: Readonly<Record<string, string>> = {}, at = ''): string {
  const folder = temporaryFolder()
  git(folder, 'init', '--quiet')
  write(join(folder, at), { ...SHELF, ...files })
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', 'feat: shelf')
  return folder
}

/** What the command line would make of a folder. */
export function projectIn(folder: string, options: Partial<Project> = {}): Project {
  return {
    folder,
    config: join(folder, 'slipway.yaml'),
    configName: 'slipway.yaml',
    out: join(folder, 'dist'),
    tag: undefined,
    allowDirty: false,
    only: [],
    skip: [],
    ...options,
  }
}
