import type { BaseLayer, ViewEntry } from '../lib/core/base.ts'
import type { LockedPackage } from '../lib/core/lock-file.ts'
import { keepLayer, layerFolder, readLayer } from '../lib/io/layer-cache.ts'

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

interface Facts {
  readonly view: readonly ViewEntry[]
  readonly packages: readonly LockedPackage[]
}

/** A layer that this machine made before from the same packages by the same code, else a new one, kept unless a package was replaced. */
export async function cachedLayer(cache: string, inputs: LayerInputs, make: () => Promise<Stacked>): Promise<Stacked> {
  const { below, packages: wanted, ...others } = inputs
  const sums = wanted.map(({ sha256 }) => sha256)
  const all = { ...others, packages: sums, below: below?.layer.digest }
  const dir = await layerFolder(cache, all, [import.meta.dirname])
  const known = await readLayer<Facts>(dir)
  if (known !== undefined) {
    const { view, packages } = known.facts
    return { layer: known.layer, view: new Map(view.map((entry) => [entry.path, entry])), packages }
  }
  const made = await make()
  const { layer, view, packages } = made
  if (packages.every(({ sha256 }) => sums.includes(sha256))) {
    await keepLayer<Facts>(dir, { layer, facts: { view: [...view.values()], packages } })
  }
  return made
}
