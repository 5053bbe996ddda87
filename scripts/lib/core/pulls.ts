import { z } from 'zod'
import type { BuiltOutput, ImageLayer } from './artifact.ts'
import { formatSize, renderTable } from './table.ts'

/** What of an earlier release's release.json says which layers its users have. */
export interface EarlierRelease {
  readonly version: string
  readonly images: readonly {
    readonly name: string
    readonly platforms: readonly {
      readonly platform: string
      readonly layers: readonly { readonly digest: string }[]
    }[]
  }[]
}

/** Bytes that a user pulls of one image for one machine. */
export interface Pull {
  readonly image: string // name of its archive
  readonly platform: string
  readonly whole: number // by somebody who has nothing
  readonly own?: number // where they have names: of these the application's own layers, all that a release without new packages changes
  readonly since?: number // by a user of the earlier release, where one was given
}

const LAYERS = z.array(z.object({ digest: z.string() }))
const EARLIER: z.ZodType<EarlierRelease> = z.object({
  version: z.string(),
  images: z.array(
    z.object({ name: z.string(), platforms: z.array(z.object({ platform: z.string(), layers: LAYERS })) }),
  ),
})

/** Reads a release.json; nothing where it is none, or one that does not list layers. */
export function parseEarlier(json: unknown): EarlierRelease | undefined {
  return EARLIER.safeParse(json).data
}

const OWN: readonly (string | undefined)[] = ['static', 'app'] // as the docker room names its upper layers

/** What users pull of the images among `outputs`: new ones, and those of the earlier release. */
export function pullsOf(outputs: readonly BuiltOutput[], earlier?: EarlierRelease): readonly Pull[] {
  return outputs.flatMap((output) =>
    output.kind === 'file'
      ? []
      : output.image.platforms.map(({ platform, layers }) => {
          const had = earlier === undefined ? undefined : layersOf(earlier, output.name, platform)
          return {
            image: output.name,
            platform,
            whole: sum(layers),
            ...ownOf(layers),
            ...(had === undefined ? {} : { since: sum(layers.filter(({ digest }) => !had.has(digest))) }),
          }
        }),
  )
}

/** Nothing where the layers have no names, as those of an own Dockerfile. */
function ownOf(layers: readonly ImageLayer[]): { readonly own?: number } {
  const named = layers.some(({ name }) => name !== undefined)
  return named ? { own: sum(layers.filter(({ name }) => OWN.includes(name))) } : {}
}

const sum = (layers: readonly ImageLayer[]): number => layers.reduce((total, { size }) => total + size, 0)

/** The layers of the same variant in the earlier release; nothing where it had no such image. */
function layersOf(earlier: EarlierRelease, name: string, platform: string): ReadonlySet<string> | undefined {
  const image = earlier.images.find((one) => variantOf(one.name) === variantOf(name))
  const layers = image?.platforms.find((one) => one.platform === platform)?.layers
  return layers === undefined ? undefined : new Set(layers.map(({ digest }) => digest))
}

const variantOf = (name: string): string => /-(?:lean|full)(?=\.oci\.tar$)/.exec(name)?.[0] ?? ''

/** The table of pulls; nothing without images. */
export function renderPulls(pulls: readonly Pull[], earlier?: string): string {
  const last = earlier === undefined ? "application's layers" : `update from ${earlier}`
  return renderTable(
    [{ title: 'image' }, { title: 'machine' }, { title: 'first pull', right: true }, { title: last, right: true }],
    pulls.map(({ image, platform, whole, own, since }) => {
      const part = earlier === undefined ? own : since
      return [image, platform, formatSize(whole), part === undefined ? 'all' : formatSize(part)]
    }),
  )
}
