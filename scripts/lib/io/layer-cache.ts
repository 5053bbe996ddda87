import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseLayer } from '../core/base.ts'
import { measureFile, writeBeside, writeJson } from './files.ts'
import { spooledFile } from './spool.ts'

/** A layer in the cache, with what else is known of it. */
export interface KeptLayer<Facts> {
  readonly layer: BaseLayer
  readonly facts: Facts
}

interface Saved<Facts> {
  readonly layer: Omit<BaseLayer, 'bytes'>
  readonly facts: Facts
}

/** Where a layer is kept that follows from these inputs, and from the code in these folders besides the archives' own. */
export async function layerFolder(cache: string, inputs: unknown, folders: readonly string[]): Promise<string> {
  const text = JSON.stringify({ inputs, recipe: await recipe([...folders, ...PACKING]) })
  return join(cache, 'layers', createHash('sha256').update(text).digest('hex'))
}

const PACKING = ['../archive', '../core'].map((path) => join(import.meta.dirname, path)) // what packs and compresses

/** Tells one state of the code from another, so that a change of it is never hidden by an old layer. */
async function recipe(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([process.versions.zlib, process.versions.node]))
  for (const folder of folders) {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()
    for (const name of names) hash.update(await readFile(join(folder, name)))
  }
  return hash.digest('hex')
}

/** What is kept in a folder; undefined where there is nothing, or other bytes than were kept. */
export async function readLayer<Facts>(dir: string): Promise<KeptLayer<Facts> | undefined> {
  const text = await readFile(join(dir, 'layer.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { layer, facts }: Saved<Facts> = JSON.parse(text)
  const path = join(dir, 'layer.tar.gz')
  const found = await measureFile(path).catch(() => undefined)
  if (found === undefined || `sha256:${found.sha256}` !== layer.digest) return undefined
  return { layer: { ...layer, bytes: spooledFile(path, found) }, facts }
}

/** Keeps a layer. The description goes last: without it there is no layer. */
export async function keepLayer<Facts>(dir: string, { layer, facts }: KeptLayer<Facts>): Promise<void> {
  const { bytes, ...described } = layer
  await writeBeside(join(dir, 'layer.tar.gz'), bytes.open())
  await writeJson(join(dir, 'layer.json'), { layer: described, facts } satisfies Saved<Facts>)
}
