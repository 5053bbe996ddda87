import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, it } from 'vitest'

/** Whether a program is on PATH. */
export function hasProgram(name: string): boolean {
  const folders = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter)
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

// What a test needs besides programs: rights, and what Debian packs apart from Python (python3-venv).
const CONDITIONS: Readonly<Record<string, () => boolean>> = {
  root: () => process.getuid?.() === 0,
  'python3-venv': () => spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0,
}

/** Programs and conditions a test needs that are missing here; in CI nothing may be missing, so the test runs and fails. */
function missing(tools: readonly string[]): string[] {
  if (process.env['CI'] === 'true') return []
  return tools.filter((tool) => !(CONDITIONS[tool]?.() ?? hasProgram(tool)))
}

/** A suite that needs real tools: skipped on a laptop with the reason in its name, never in CI. */
export function describeWith(tools: readonly string[], name: string, suite: () => void): void {
  const lacking = missing(tools)
  if (lacking.length === 0) describe(name, suite)
  else describe.skip(`${name} (needs ${lacking.join(', ')})`, suite)
}

/** A test that needs real tools: skipped on a laptop with the reason in its name, never in CI. */
export function itWith(tools: readonly string[], name: string, test: () => Promise<void> | void): void {
  const lacking = missing(tools)
  if (lacking.length === 0) it(name, test)
  else it.skip(`${name} (needs ${lacking.join(', ')})`, test)
}

/** Whether the long run (`pnpm test:full`) was asked for. */
export const fullRun: boolean = process.env['SLIPWAY_TEST_FULL'] === '1'
