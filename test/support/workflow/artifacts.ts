import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import picomatch from 'picomatch'

type Inputs = Readonly<Record<string, unknown>>

const text = (inputs: Inputs, name: string): string => String(inputs[name] ?? '')

/** What `actions/upload-artifact` keeps: bytes under names; no dot-file, no mode, no link. */
export async function uploadArtifact(store: string, work: string, inputs: Inputs): Promise<void> {
  const name = text(inputs, 'name')
  const there = join(store, name)
  const taken = await stat(there).catch(() => undefined)
  if (taken !== undefined && inputs['overwrite'] !== true) throw new Error(`an artifact named ${name} already exists`)
  await rm(there, { recursive: true, force: true })
  const from = join(work, text(inputs, 'path'))
  const status = await stat(from).catch(() => undefined)
  if (status === undefined) {
    if (inputs['if-no-files-found'] === 'error') throw new Error(`no file was found at ${text(inputs, 'path')}`)
    return
  }
  for (const path of status.isFile() ? [''] : await plainFiles(from)) {
    const to = join(there, path === '' ? basename(from) : path)
    await mkdir(dirname(to), { recursive: true })
    await writeFile(to, await readFile(join(from, path)), { mode: 0o644 })
  }
}

async function plainFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true })
  const files = await Promise.all(names.map(async (name) => ((await stat(join(folder, name))).isFile() ? [name] : [])))
  return files.flat().filter((name) => !name.split('/').some((part) => part.startsWith('.')))
}

/** What `actions/download-artifact` brings: one artifact by name, or those of a pattern, each in a folder or all in one. */
export async function downloadArtifact(store: string, work: string, inputs: Inputs): Promise<void> {
  const to = join(work, text(inputs, 'path'))
  const all = await readdir(store).catch((): string[] => [])
  if (inputs['name'] !== undefined) {
    if (!all.includes(text(inputs, 'name'))) throw new Error(`there is no artifact ${text(inputs, 'name')}`)
    return cp(join(store, text(inputs, 'name')), to, { recursive: true })
  }
  const wanted = picomatch(text(inputs, 'pattern') || '*')
  for (const name of all.filter((candidate) => wanted(candidate))) {
    const place = inputs['merge-multiple'] === true ? to : join(to, name)
    await cp(join(store, name), place, { recursive: true })
  }
}
