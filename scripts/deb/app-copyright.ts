import type { Work } from '../lib/core/format.ts'
import { decodeLicense, licenseMatcher } from '../lib/core/license-files.ts'
import { filterTree, isLink, mergeTrees, placeTree } from '../lib/core/tree.ts'
import { bundleStanzas, folderPatterns } from './bundle-copyright.ts'
import { ownStanza, renderAppCopyright, type Vendored } from './copyright.ts'
import { embeddedStanzas } from './embedded.ts'
import { placesOf } from './layout.ts'

/** The copyright file of the application's package: its own licence, dependencies inside, and all JavaScript of others. */
export async function appCopyright(work: Work, vendored: readonly Vendored[]): Promise<string> {
  const { facts, app } = work
  const { bundle, collected, modules = [] } = work.static
  const places = placesOf(facts)
  const own = ownStanza(facts, await licenseTexts(work))
  const built = modules.length === 0 ? [] : builtPaths(work)
  const isBuilt = new Set(built)
  const isOwnLicense = licenseMatcher(facts)
  const installed = mergeTrees([
    placeTree(
      filterTree(mergeTrees([app, bundle]), (path) => !isOwnLicense(path)),
      places.app,
    ),
    placeTree(collected, places.static),
  ])
  const embedded = await embeddedStanzas(installed, (path) => isBuilt.has(path))
  return renderAppCopyright(facts, own, vendored, [...embedded, ...bundleStanzas(own, folderPatterns(built), modules)])
}

/** Where the bundle lies in the package, and what the collect command made of it under the tail of the same path. */
function builtPaths({ facts, static: { bundle, collected } }: Work): readonly string[] {
  const places = placesOf(facts)
  const folders = new Set(bundle.files.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)))
  const tails = new Set(
    [...folders].flatMap((folder) => folder.split('/').map((_, at, parts) => parts.slice(at).join('/'))),
  )
  const copies = collected.files.filter(({ path }) => {
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    return folder !== '' && tails.has(folder)
  })
  return [
    ...bundle.files.map(({ path }) => `${places.app}/${path}`),
    ...copies.map(({ path }) => `${places.static}/${path}`),
  ]
}

async function licenseTexts({ facts, source }: Work): Promise<readonly string[]> {
  const isLicense = licenseMatcher(facts)
  const texts: string[] = []
  for (const entry of source.files) {
    if (isLink(entry) || !isLicense(entry.path)) continue
    texts.push(decodeLicense(await source.read(entry)))
  }
  return texts
}
