import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../scripts/lib/io/run.ts'
import { type Row, withFile } from '../support/archives.ts'

const MEMBERS = `
import json, sys, tarfile, zipfile
if zipfile.is_zipfile(sys.argv[1]):
    with zipfile.ZipFile(sys.argv[1]) as archive:
        texts = {info.filename: archive.read(info).decode('latin-1') for info in archive.infolist()}
else:
    with tarfile.open(sys.argv[1]) as archive:
        texts = {info.name: archive.extractfile(info).read().decode('latin-1') for info in archive if info.isfile()}
json.dump(texts, sys.stdout)
`

/** The files of a wheel or an sdist by their paths, as Python reads them; latin-1, so that no byte is lost. */
export async function filesOf(bytes: Uint8Array): Promise<Readonly<Record<string, string>>> {
  return withFile(bytes, async (file) => JSON.parse(await run(['python3', '-c', MEMBERS, file])))
}

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
