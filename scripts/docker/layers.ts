import { type Layout, launcherFiles, launcherPlace, renderLauncherData } from '../launcher/data.ts'
import { type ArchiveEntry, fileEntry, treeEntries, withDirectories } from '../lib/archive/entry.ts'
import { packLayer } from '../lib/archive/layer.ts'
import { type Base, type BaseLayer, resolvePath } from '../lib/core/base.ts'
import { MODULE_LICENSES, renderModuleLicenses } from '../lib/core/bundled-modules.ts'
import type { Target } from '../lib/core/facts.ts'
import type { Work } from '../lib/core/format.ts'
import { licenseMatcher } from '../lib/core/license-files.ts'
import { installTree, isLink } from '../lib/core/tree.ts'
import { launcherLayout, placesOf, STATE, USER } from './layout.ts'

/** The application's own layers over a base, what changes least first, so that an update pulls little. */
export async function ownLayers(
  work: Work,
  base: Base,
  target: Target,
  postgresql: Layout['postgresql'],
): Promise<readonly BaseLayer[]> {
  const places = placesOf(work.facts)
  const installed = installTree(work.app, work.static)
  const app = [...treeEntries(installed.app, places.app), ...(await ownEntries(work, base.python.path, postgresql))]
  const layers = [
    await dependencyLayer(work, base, target),
    await layerOf(work, base, 'static', treeEntries(installed.static, places.static)),
    await layerOf(work, base, 'app', app),
  ]
  return layers.filter((layer) => layer !== undefined)
}

// Not the release's time, so that two releases with the same dependencies have the same layer; the earliest that zip knows
const UNCHANGING = Date.UTC(1980, 0, 1) / 1000

/** The largest of the application's own layers, and for most releases the one of before. */
async function dependencyLayer(work: Work, base: Base, target: Target): Promise<BaseLayer | undefined> {
  const tree = await work.vendor(target)
  if (tree.files.length === 0) return undefined
  const entries = placeInBase(treeEntries(tree, `${placesOf(work.facts).vendor}/py${target.python}`), base)
  const name = 'dependencies'
  const inputs = { name, files: tree.files, entries } // the entries say where, the files what
  return work.layer(inputs, () => packLayer(name, entries, UNCHANGING, work.spool))
}

async function layerOf(
  work: Work,
  base: Base,
  name: string,
  entries: readonly ArchiveEntry[],
): Promise<BaseLayer | undefined> {
  if (entries.length === 0) return undefined
  return packLayer(name, placeInBase(entries, base), work.facts.epoch, work.spool)
}

/** Launcher, licences, and the two directories that are written to. */
async function ownEntries(
  work: Work,
  python: string,
  postgresql: Layout['postgresql'],
): Promise<readonly ArchiveEntry[]> {
  const { facts } = work
  const { launcher, command } = placesOf(facts)
  const files = launcherFiles.map(async (file) => {
    const place = launcherPlace(file)
    const bytes = await work.ownFile(file)
    const path = `${launcher}/${place}`
    return place === 'launcher.py' ? fileEntry(path, startedBy(python, bytes), 0o755) : fileEntry(path, bytes)
  })
  return [
    ...(await Promise.all(files)),
    fileEntry(`${launcher}/launcher.json`, renderLauncherData(facts, launcherLayout(facts, postgresql))),
    { kind: 'link', path: command, target: `/${launcher}/launcher.py` },
    ...(await licenses(work)),
    { kind: 'directory', path: STATE, mode: 0o775, ...USER }, // a new volume takes owner and mode from here
    { kind: 'directory', path: 'tmp', mode: 0o1777 }, // so does a tmpfs
  ]
}

/** The launcher's first line names the interpreter, which is not the same program in every base. */
function startedBy(python: string, launcher: Uint8Array): string {
  return Buffer.from(launcher)
    .toString()
    .replace(/^#!\S+/, `#!${python}`)
}

async function licenses({ facts, source, static: { modules = [] } }: Work): Promise<readonly ArchiveEntry[]> {
  const { documents } = placesOf(facts)
  const isLicense = licenseMatcher(facts)
  const entries: ArchiveEntry[] = []
  for (const file of source.files) {
    if (isLink(file) || !isLicense(file.path)) continue
    entries.push(fileEntry(`${documents}/${file.path}`, await source.read(file)))
  }
  if (modules.length > 0)
    entries.push(fileEntry(`${documents}/${MODULE_LICENSES}`, renderModuleLicenses(facts.app.title, modules)))
  return entries
}

/** Entries at their real places: below a link of the base they would replace it, and with lib the whole system's loader. */
function placeInBase(entries: readonly ArchiveEntry[], { view }: Base): ArchiveEntry[] {
  const placed = entries.map((entry) => ({ ...entry, path: resolvePath(view, entry.path, entry.kind === 'directory') }))
  const own = new Set(placed.map(({ path }) => path))
  return withDirectories(placed).map((entry) => {
    const lower = view.get(entry.path)
    return !own.has(entry.path) && lower?.kind === 'directory' ? lower : entry
  })
}
