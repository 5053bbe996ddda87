import { launcherFiles, launcherPlace, renderLauncherData } from '../launcher/data.ts'
import { type FileEntry, fileEntry, withDirectories } from '../lib/archive/entry.ts'
import { gzip } from '../lib/archive/gzip.ts'
import { tar } from '../lib/archive/tar.ts'
import { wheelZip } from '../lib/archive/zip.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { Work } from '../lib/core/format.ts'
import { filterTree, installTree, isLink, type Tree } from '../lib/core/tree.ts'
import type { PypiConfig } from './config.ts'
import { renderEntryPoints, renderMetadata, WHEEL_FILE } from './metadata.ts'
import { type Names, namesOf } from './names.ts'
import { copiedEntries, recordEntry, wheelOrder } from './record.ts'
import { readRequirements } from './requirements.ts'

/** Where the pieces lie inside the one package. */
export const PLACES = { app: 'app', static: 'static' } as const

/** The generated project: a wheel with the tree private inside one package, and an sdist that builds the same wheel offline. */
export async function buildGenerated(work: Work, config: PypiConfig): Promise<void> {
  const { facts } = work
  const names = namesOf(facts, config)
  const files = wheelOrder(await wheelFiles(work, config, names), names.distInfo)
  const record = await recordEntry(files, names.distInfo)
  await work.write(names.wheel, wheelZip([...files, record], facts.epoch))
  const sdist = withDirectories(await sdistFiles(work, files, names))
  await work.write(names.sdist, gzip(tar(sdist, { dialect: 'pax', epoch: facts.epoch, owner: '' })))
}

async function wheelFiles(work: Work, config: PypiConfig, names: Names): Promise<readonly FileEntry[]> {
  const installed = installTree(work.app, work.static)
  const at = names.package
  const licenses = licenseTree(work.source, work.facts)
  const metadata = renderMetadata({
    facts: work.facts,
    config,
    names,
    requirements: await readRequirements(work.source, work.facts.python.requirements),
    licenseFiles: licenses.files.map(({ path }) => path),
    description: await description(work, config),
  })
  return [
    ...copiedEntries(installed.app, `${at}/${PLACES.app}`),
    ...copiedEntries(installed.static, `${at}/${PLACES.static}`),
    ...(await launcherEntries(work, at)),
    fileEntry(`${names.distInfo}/METADATA`, metadata),
    fileEntry(`${names.distInfo}/WHEEL`, WHEEL_FILE),
    fileEntry(`${names.distInfo}/entry_points.txt`, renderEntryPoints(work.facts, names)),
    ...copiedEntries(licenses, `${names.distInfo}/licenses`),
  ]
}

async function launcherEntries(work: Work, at: string): Promise<readonly FileEntry[]> {
  const entries = [
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

/** Licence files with their paths in the project, as PEP 639 keeps them. */
function licenseTree(source: Tree, facts: Facts): Tree {
  const wanted = facts.app.licenseFiles
  return filterTree(source, (path) => wanted.some((pattern) => matches(path, pattern)))
}

function matches(path: string, pattern: string): boolean {
  return pattern.endsWith('/**') ? path.startsWith(pattern.slice(0, -2)) : path === pattern
}

async function description({ source, facts }: Work, config: PypiConfig): Promise<string> {
  const entry = source.files.find(({ path }) => path === config.readme)
  if (entry === undefined || isLink(entry)) return facts.app.description
  return Buffer.from(await source.read(entry)).toString()
}

async function sdistFiles(work: Work, wheel: readonly FileEntry[], names: Names): Promise<readonly FileEntry[]> {
  const top = names.sdist.replace(/\.tar\.gz$/, '')
  const metadata = wheel.find(({ path }) => path === `${names.distInfo}/METADATA`)
  const release = {
    wheel: names.wheel,
    sdist: names.sdist,
    dist_info: names.distInfo,
    epoch: work.facts.epoch,
    executables: wheel.filter(({ mode }) => mode === 0o755).map(({ path }) => path),
  }
  return [
    ...wheel.map((file) => ({ ...file, path: `${top}/wheel/${file.path}` })),
    ...(metadata === undefined ? [] : [{ ...metadata, path: `${top}/PKG-INFO` }]),
    fileEntry(`${top}/pyproject.toml`, await work.ownFile('pypi/sdist-pyproject.toml')),
    fileEntry(`${top}/backend/slipway_backend.py`, await work.ownFile('pypi/backend.py')),
    fileEntry(`${top}/backend/release.json`, `${JSON.stringify(release, null, 2)}\n`),
  ]
}
