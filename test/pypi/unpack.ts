import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../scripts/lib/io/run.ts'
import type { Row } from '../support/archives.ts'

/** A listing as a golden file holds it: mode, time, size and path of each member in its order. */
export function renderRows(rows: readonly Row[]): string {
  const line = ({ mode, time, size, path }: Row): string =>
    `${mode.toString(8).padStart(4, '0')} ${time} ${String(size).padStart(6)} ${path}`
  return `${rows.map(line).join('\n')}\n`
}

/** Runs `use` in a folder that holds these files and is gone afterwards. */
export async function withFolder<T>(
  files: Readonly<Record<string, Uint8Array | string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-pypi-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(folder, path, '..'), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The Python of a new virtual environment with pip, and a way to remove it. */
export async function makePython(): Promise<{ readonly python: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-venv-'))
  await run(['python3', '-m', 'venv', folder])
  return { python: join(folder, 'bin/python'), remove: () => rm(folder, { recursive: true, force: true }) }
}
