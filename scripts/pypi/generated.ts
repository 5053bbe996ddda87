import { posix } from 'node:path'
import { launcherFiles, launcherPlace, renderLauncherData } from '../launcher/data.ts'
import { type FileEntry, fileEntry, treeEntries } from '../lib/archive/entry.ts'
import { linksAsCopies } from '../lib/archive/links.ts'
import { wheelZip } from '../lib/archive/zip.ts'
import { MODULE_LICENSES, renderModuleLicenses } from '../lib/core/bundled-modules.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { Work } from '../lib/core/format.ts'
import { licenseMatcher } from '../lib/core/license-files.ts'
import { installTree, isLink } from '../lib/core/tree.ts'
import { DESCRIPTION_TYPES } from './check.ts'
import type { PypiConfig } from './config.ts'
import { writeSdist } from './generated-sdist.ts'
import { type Description, renderEntryPoints, renderMetadata, WHEEL_FILE } from './metadata.ts'
import { type Names, namesOf, packageOf } from './names.ts'
import { withRecord } from './record.ts'
import { readRequirements } from './requirements.ts'

/** Where the pieces lie inside the one package. */
export const PLACES = { app: 'app', static: 'static' } as const

/** The generated project: a wheel with the tree private inside one package, and an sdist that builds the same wheel offline. */
export async function buildGenerated(work: Work, config: PypiConfig): Promise<void> {
  const { facts } = work
  const names = namesOf(facts, config)
  const licenses = licenseEntries(work)
  const info = await distInfoEntries(work, config, names, licenses)
  const files = await withRecord([...(await packageEntries(work)), ...info], names.distInfo)
  await work.write(names.wheel, wheelZip(files, facts.epoch))
  await writeSdist(work, { names, files, licenses })
}

/** The one package: application, static files, launcher. */
async function packageEntries(work: Work): Promise<readonly FileEntry[]> {
  const at = packageOf(work.facts)
  const installed = installTree(work.app, work.static)
  const entries = [
    ...linksAsCopies(treeEntries(installed.app, `${at}/${PLACES.app}`)),
    ...linksAsCopies(treeEntries(installed.static, `${at}/${PLACES.static}`)),
    fileEntry(`${at}/__init__.py`, await work.ownFile('pypi/package-init.py')),
    fileEntry(`${at}/launcher.json`, launcherData(work.facts)),
  ]
  for (const file of launcherFiles) {
    const place = launcherPlace(file)
    if (place.includes('/')) entries.push(fileEntry(`${at}/${place}`, await work.ownFile(file)))
  }
  return entries
}

function launcherData(facts: Facts): string {
  return renderLauncherData(facts, {
    channel: 'wheel',
    app: PLACES.app,
    static: facts.python.collect === undefined ? '' : PLACES.static,
    vendor: [],
    state: '',
    config: [`{state}/${facts.app.name}.env`],
    secrets: '{state}',
  })
}

async function distInfoEntries(
  work: Work,
  config: PypiConfig,
  names: Names,
  licenses: readonly FileEntry[],
): Promise<readonly FileEntry[]> {
  const { facts } = work
  const metadata = renderMetadata({
    facts,
    config,
    names,
    requirements: readRequirements(await work.requirements(), config.versions),
    licenseFiles: licenses.map(({ path }) => path),
    description: await description(work, config),
  })
  return [
    fileEntry(`${names.distInfo}/METADATA`, metadata),
    fileEntry(`${names.distInfo}/WHEEL`, WHEEL_FILE),
    fileEntry(`${names.distInfo}/entry_points.txt`, renderEntryPoints(facts.app.name, packageOf(facts))),
    ...licenses.map((file) => ({ ...file, path: `${names.distInfo}/licenses/${file.path}` })),
  ]
}

/** Licence texts with their paths in the project, as PEP 639 keeps them, and those of the JavaScript in the bundle. */
function licenseEntries({ source, facts, static: { modules = [] } }: Work): readonly FileEntry[] {
  const wanted = licenseMatcher(facts)
  const own = linksAsCopies(treeEntries(source)).filter(({ path }) => wanted(path))
  if (modules.length === 0) return own
  return [...own, fileEntry(MODULE_LICENSES, renderModuleLicenses(facts.app.title, modules))]
}

async function description({ source, facts }: Work, { readme }: PypiConfig): Promise<Description> {
  if (readme === undefined) return { text: facts.app.description, type: 'text/markdown' }
  const entry = source.files.find(({ path }) => path === readme)
  if (entry === undefined || isLink(entry)) {
    throw new ReleaseError('CONFIG_INVALID', `pypi.readme: ${readme} is no file of the project`, {
      hint: 'Name the file whose text the page of the project shows.',
    })
  }
  const type = DESCRIPTION_TYPES[posix.extname(readme)] ?? 'text/plain'
  return { text: Buffer.from(await source.read(entry)).toString(), type }
}
