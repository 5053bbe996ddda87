import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Base, BaseLayer, ViewEntry } from '../core/base.ts'
import { ReleaseError } from '../core/error.ts'
import type { Platform } from '../core/facts.ts'
import { measureFile, readStageJson, writeBeside, writeJson } from './files.ts'
import { spooledFile } from './spool.ts'

/** One base of one platform as `dist/base.json` records it; its layers and view lie in `dist/base/<name>/<arch>/`. */
interface SavedBase extends Omit<Base, 'layers' | 'view'> {
  readonly layers: readonly Omit<BaseLayer, 'bytes'>[]
  readonly view: { readonly size: number; readonly sha256: string }
}

/** A locked package that no mirror has any more, and what stands in its place; publish refuses it. */
export interface Drift {
  readonly locked: string // name=version:arch
  readonly used: string
}

/** `dist/base.json`: the hand-over of the base stage. */
export interface BaseListing {
  readonly schema: 1
  readonly bases: Readonly<Record<string, Readonly<Partial<Record<Platform, SavedBase>>>>>
  readonly drift: readonly Drift[]
}

const folder = (out: string, name: string, platform: Platform): string =>
  join(out, 'base', name, platform.replace('linux/', ''))

const layerFile = (dir: string, at: number): string => join(dir, `layer-${at + 1}`)

/** Forgets the bases of an earlier run; the listing goes first, so that nothing half-made is ever read. */
export async function clearBases(out: string): Promise<void> {
  await rm(join(out, 'base.json'), { force: true })
  await rm(join(out, 'base'), { recursive: true, force: true })
}

/** Keeps the layers and the merged view of a base; what it gives goes into `dist/base.json`. */
export async function saveBase(out: string, name: string, platform: Platform, base: Base): Promise<SavedBase> {
  const dir = folder(out, name, platform)
  for (const [at, layer] of base.layers.entries()) await writeBeside(layerFile(dir, at), layer.bytes.open())
  const view = join(dir, 'view.json')
  await writeBeside(view, `${[...base.view.values()].map((entry) => JSON.stringify(entry)).join('\n')}\n`)
  const layers = base.layers.map(({ bytes: _, ...layer }) => layer)
  return { ...base, layers, view: await measureFile(view) }
}

/** Writes `dist/base.json`, the last file of the stage. */
export async function saveBaseListing(out: string, listing: BaseListing): Promise<void> {
  await writeJson(join(out, 'base.json'), listing)
}

/** `dist/base.json`. */
export async function loadBaseListing(out: string): Promise<BaseListing> {
  return readStageJson<BaseListing>(join(out, 'base.json'), 'base')
}

/** Layers, merged view and packages of a base; every file is hashed again, TREE_CHANGED on a difference. */
export async function loadBase(out: string, name: string, platform: Platform): Promise<Base> {
  const saved = (await loadBaseListing(out)).bases[name]?.[platform]
  if (saved === undefined) {
    throw new ReleaseError('STAGE_MISSING', `no image base ${name} was made for ${platform}`, {
      hint: 'Run `slipway plan` and `slipway base` again: the plan changed since.',
    })
  }
  const dir = folder(out, name, platform)
  const layers: BaseLayer[] = []
  for (const [at, layer] of saved.layers.entries()) {
    const path = layerFile(dir, at)
    const measured = { size: layer.size, sha256: layer.digest.replace('sha256:', '') }
    await assertUnchanged(path, measured)
    layers.push({ ...layer, bytes: spooledFile(path, measured) })
  }
  await assertUnchanged(join(dir, 'view.json'), saved.view)
  const lines = (await readFile(join(dir, 'view.json'), 'utf8')).trimEnd().split('\n')
  const entries = lines.map((line): ViewEntry => JSON.parse(line))
  return { ...saved, layers, view: new Map(entries.map((entry) => [entry.path, entry])) }
}

async function assertUnchanged(path: string, known: { readonly size: number; readonly sha256: string }): Promise<void> {
  const found = await measureFile(path).catch(() => undefined)
  if (found?.sha256 === known.sha256) return
  throw new ReleaseError(
    'TREE_CHANGED',
    `${path} ${found === undefined ? 'is gone' : 'has other bytes than its listing'}`,
    {
      hint: 'Nothing may write into dist/ between stages: run `slipway base` again.',
    },
  )
}
