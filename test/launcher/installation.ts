import { type SpawnOptions, spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Layout, renderLauncherData } from '../../scripts/launcher/data.ts'
import type { Facts } from '../../scripts/lib/core/facts.ts'
import { trayFacts } from './facts.ts'

/** The system's own interpreter where there is one: others may lie where a service user may not read. */
export const PYTHON: string =
  process.env['LAUNCHER_PYTHON'] ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3')

const SOURCES = join(import.meta.dirname, '../../scripts/launcher/python')

export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What the echoing program of the fixture tells about its process. */
export interface Echo {
  readonly argv: readonly string[]
  readonly path: readonly string[]
  readonly cwd: string
  readonly json: string
  readonly uid: number
  readonly groups: readonly number[]
  readonly pid: number
  readonly environment: Readonly<Record<string, string>>
  readonly bytecode: boolean
  readonly prefix: string | null
}

export interface Installation {
  readonly root: string
  readonly layout: Layout
  /** Runs the launcher with nothing in its environment but PATH and what is given. */
  tray(words: readonly string[], env?: Readonly<Record<string, string>>, options?: SpawnOptions): Promise<Outcome>
  write(path: string, text: string): string
  read(path: string): string
}

/** Runs a program to its end; nothing is inherited. */
export function outcome(program: string, words: readonly string[], options: SpawnOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}

/** What the echoing program said in its last line. */
export function echoOf(result: Outcome): Echo {
  const last = result.stdout.trimEnd().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(last) as Echo
  } catch {
    throw new Error(`no echo (status ${result.status}): ${result.stdout}\n${result.stderr}`)
  }
}

/** An installation of the fixture application in a fresh folder, as a room would lay it out. */
export function install(change: Partial<Layout> = {}, facts: Facts = trayFacts()): Installation {
  const root = mkdtempSync(join(tmpdir(), 'tray-'))
  chmodSync(root, 0o755)
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  cpSync(join(import.meta.dirname, 'tree'), root, { recursive: true })
  cpSync(SOURCES, join(root, 'launcher'), { recursive: true, filter: (path) => !path.endsWith('__pycache__') })
  mkdirSync(join(root, 'etc/conf.d'), { recursive: true })
  const layout: Layout = {
    channel: 'deb',
    app: join(root, 'app'),
    static: join(root, 'static'),
    vendor: [join(root, 'vendor')],
    state: join(root, 'state'),
    config: [join(root, 'etc/tray.env'), join(root, 'etc/conf.d')],
    secrets: join(root, 'etc'),
    ...change,
  }
  writeFileSync(join(root, 'launcher/launcher.json'), renderLauncherData(facts, layout))
  const program = ['-IS', join(root, 'launcher/launcher.py')]
  return {
    root,
    layout,
    tray: (words, env = {}, options = {}) =>
      outcome(PYTHON, [...program, ...words], {
        cwd: root,
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...env },
        ...options,
      }),
    write(path, text) {
      writeFileSync(join(root, path), text)
      return join(root, path)
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
  }
}

/** The facts of the fixture without any required variable, so that only what a test names can fail. */
export function easyFacts(): Facts {
  const facts = trayFacts()
  const environment = facts.runtime.environment.filter((row) => row.name !== 'SITE_NAME')
  return { ...facts, runtime: { ...facts.runtime, environment } }
}
