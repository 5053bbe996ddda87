import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseLayer, ViewEntry } from '../lib/core/base.ts'
import type { LockedPackage } from '../lib/core/lock-file.ts'
import { measureFile, writeBeside, writeJson } from '../lib/io/files.ts'
import { spooledFile } from '../lib/io/spool.ts'

/** One layer, and what is visible where it is the highest. */
export interface Stacked {
  readonly layer: BaseLayer
  readonly view: ReadonlyMap<string, ViewEntry>
  readonly packages: readonly LockedPackage[]
}

/** Everything that the bytes of a layer follow from, besides Slipway's own code. */
export interface LayerInputs {
  readonly name: string
  readonly arch: string
  readonly epoch: number
  readonly packages: readonly LockedPackage[]
  readonly below?: Pick<Stacked, 'layer'> | undefined
}

interface Saved {
  readonly layer: Omit<BaseLayer, 'bytes'>
  readonly view: readonly ViewEntry[]
  readonly packages: readonly LockedPackage[]
}

/** A layer that this machine made before from the same packages by the same code, else a new one, kept unless a package was replaced. */
export async function cachedLayer(cache: string, inputs: LayerInputs, make: () => Promise<Stacked>): Promise<Stacked> {
  const dir = join(cache, 'layers', await nameOf(inputs))
  const known = await readLayer(dir)
  if (known !== undefined) return known
  const made = await make()
  const asked = new Set(inputs.packages.map(({ sha256 }) => sha256))
  if (made.packages.every(({ sha256 }) => asked.has(sha256))) await keepLayer(dir, made)
  return made
}

async function nameOf({ below, packages, ...inputs }: LayerInputs): Promise<string> {
  const sums = packages.map(({ sha256 }) => sha256)
  const all = { ...inputs, packages: sums, below: below?.layer.digest, recipe: await recipe() }
  return createHash('sha256').update(JSON.stringify(all)).digest('hex')
}

const RECIPE = ['.', '../lib/archive', '../lib/core'] // what unpacks, places, packs and compresses

/** Tells one state of the code from another, so that a change of it is never hidden by an old layer. */
async function recipe(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([process.versions.zlib, process.versions.node]))
  for (const folder of RECIPE.map((path) => join(import.meta.dirname, path))) {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()
    for (const name of names) hash.update(await readFile(join(folder, name)))
  }
  return hash.digest('hex')
}

async function readLayer(dir: string): Promise<Stacked | undefined> {
  const text = await readFile(join(dir, 'layer.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { layer, view, packages }: Saved = JSON.parse(text)
  const path = join(dir, 'layer.tar.gz')
  const found = await measureFile(path).catch(() => undefined)
  if (found === undefined || `sha256:${found.sha256}` !== layer.digest) return undefined
  return {
    layer: { ...layer, bytes: spooledFile(path, found) },
    view: new Map(view.map((entry) => [entry.path, entry])),
    packages,
  }
}

/** The description goes last: without it there is no layer. */
async function keepLayer(dir: string, { layer, view, packages }: Stacked): Promise<void> {
  const { bytes, ...described } = layer
  await writeBeside(join(dir, 'layer.tar.gz'), bytes.open())
  await writeJson(join(dir, 'layer.json'), { layer: described, view: [...view.values()], packages } satisfies Saved)
}
