import { launcherFiles, launcherPlace, renderLauncherData } from '../launcher/data.ts'
import { renderEnvironmentFile } from '../launcher/environment-file.ts'
import { type ArchiveEntry, fileEntry, treeEntries } from '../lib/archive/entry.ts'
import { changelogSection } from '../lib/core/changelog.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { Work } from '../lib/core/format.ts'
import { installTree, isLink, type Tree } from '../lib/core/tree.ts'
import { appCopyright } from './app-copyright.ts'
import { renderNews } from './changelog.ts'
import { completionEntries } from './completion.ts'
import type { DebConfig } from './config.ts'
import type { Vendored } from './copyright.ts'
import { readDistributions } from './dependencies.ts'
import { maintainerOf } from './deps-package.ts'
import { compressedEntry, documentEntries } from './document-entries.ts'
import { renderNotRunningNotice, renderReadme, renderRunningNotice } from './documents.ts'
import { launcherLayout, placesOf, renderInstanceFile } from './layout.ts'
import { renderManual } from './manual.ts'
import { assetName, packageVersion } from './names.ts'
import { overrides } from './overrides.ts'
import type { BinaryPackage } from './package.ts'
import { pureVendor, type Vendor } from './pure-vendor.ts'
import { appDepends, appRecommends } from './relations.ts'
import { followingUnits, renderUnits } from './units.ts'

/** The application's own package: everything that is the same on every machine. */
export async function appBinary(work: Work, config: DebConfig): Promise<BinaryPackage> {
  const { facts } = work
  const { name, homepage, summary, description } = facts.app
  const vendor = facts.python.native ? undefined : await pureVendor(work, config)
  return {
    asset: assetName(facts, name, 'all'),
    fields: {
      Package: name,
      Version: packageVersion(facts),
      Architecture: 'all',
      Maintainer: maintainerOf(facts),
      Depends: appDepends(facts, config, vendor?.shared ?? true),
      Recommends: appRecommends(facts, config),
      Section: config.section,
      Priority: config.priority,
      Homepage: homepage,
      Description: { synopsis: summary, extended: description.trim() === summary ? usual(facts) : description },
    },
    scripts: await maintainerScripts(work),
    files: await appFiles(work, config, vendor),
  }
}

/** A description of more than the synopsis, which Debian Policy 3.4.2 wants, for an application that has none. */
function usual({ app }: Facts): string {
  return `${app.title} runs as a service of systemd, with the libraries that it was tested with; ${app.name}(8) is its manual.`
}

async function maintainerScripts(work: Work): Promise<readonly ArchiveEntry[]> {
  const names = ['postinst', 'prerm', 'postrm']
  return Promise.all(names.map(async (name) => fileEntry(name, await work.ownFile(`deb/maintainer/${name}`), 0o755)))
}

async function appFiles(work: Work, config: DebConfig, vendor: Vendor | undefined): Promise<readonly ArchiveEntry[]> {
  const { facts } = work
  const places = placesOf(facts)
  const installed = installTree(work.app, work.static)
  const vendored = vendor === undefined ? [] : vendor.trees
  return [
    ...treeEntries(installed.app, places.app),
    ...treeEntries(installed.static, places.static),
    ...vendored.flatMap(({ name, tree }) => treeEntries(tree, `${places.vendor}/${name}`)),
    ...(await launcherEntries(work, vendor?.pattern ?? 'py{python}')),
    ...systemEntries(facts, config),
    ...(await documentation(work, vendored)),
    fileEntry(
      `usr/share/python3/runtime.d/${facts.app.name}.rtupdate`,
      await work.ownFile('deb/maintainer/rtupdate'),
      0o755,
    ),
    overrides(facts.app.name, 'application', places),
  ]
}

async function launcherEntries(work: Work, vendor: string): Promise<readonly ArchiveEntry[]> {
  const { facts } = work
  const { launcher } = placesOf(facts)
  const layout = launcherLayout(facts, vendor)
  const files = launcherFiles.map(async (file) => {
    const place = launcherPlace(file)
    return fileEntry(`${launcher}/${place}`, await work.ownFile(file), place === 'launcher.py' ? 0o755 : 0o644)
  })
  return [
    ...(await Promise.all(files)),
    fileEntry(`${launcher}/launcher.json`, renderLauncherData(facts, layout)),
    { kind: 'link', path: `usr/bin/${facts.app.name}`, target: `../lib/${facts.app.name}/launcher/launcher.py` },
    fileEntry(`usr/share/${facts.app.name}/${facts.app.name}.env`, renderEnvironmentFile(facts, layout)),
    fileEntry(`usr/share/${facts.app.name}/instance.env`, renderInstanceFile(facts, layout)),
  ]
}

function systemEntries(facts: Facts, config: DebConfig): readonly ArchiveEntry[] {
  const { name, title } = facts.app
  const { units, share } = placesOf(facts)
  const state = `/var/lib/${name}`
  return [
    ...renderUnits(facts, config).map((unit) => fileEntry(`${units}/${unit.name}`, unit.text)),
    ...followingUnits(facts).map(
      (unit): ArchiveEntry => ({ kind: 'link', path: `${units}/${name}.service.wants/${unit}`, target: `../${unit}` }),
    ),
    // sysusers.d(5): type, name, id, description, home, shell
    fileEntry(
      `usr/lib/sysusers.d/${name}.conf`,
      `u ${name} - "${title.replaceAll(/["\\%:\n]/g, '')}" ${state} /usr/sbin/nologin\n`,
    ),
    fileEntry(`usr/lib/tmpfiles.d/${name}.conf`, renderTmpfiles(name)),
    fileEntry(`${share}/notices/running`, renderRunningNotice(facts)),
    fileEntry(`${share}/notices/not-running`, renderNotRunningNotice(facts)),
  ]
}

/** tmpfiles.d(5): type, path, mode, user, group. */
function renderTmpfiles(name: string): string {
  return [
    `d /etc/${name} 0755 root root`,
    `d /etc/${name}/conf.d 0750 root ${name}`,
    `d /etc/${name}/instances 0755 root root`,
    `d /var/lib/${name} 0750 ${name} ${name}`,
    `d /var/lib/${name}/instances 0750 ${name} ${name}`,
    '',
  ].join('\n')
}

async function documentation(
  work: Work,
  trees: readonly { readonly name: string; readonly tree: Tree }[],
): Promise<readonly ArchiveEntry[]> {
  const { facts } = work
  const { name } = facts.app
  const { vendor } = placesOf(facts)
  const vendored: Vendored[] = []
  for (const one of trees) {
    const at = `${vendor}/${one.name}`
    for (const distribution of await readDistributions(one.tree)) vendored.push({ at, distribution })
  }
  const changelog = await textOf(work, 'CHANGELOG.md')
  const notes = changelogSection(changelog, facts.version.plain)
  const news = renderNews(facts, notes)
  return [
    ...(await documentEntries(facts, name, await appCopyright(work, vendored), notes)),
    ...(news === undefined ? [] : [await compressedEntry(`usr/share/doc/${name}/NEWS.Debian.gz`, news)]),
    ...(changelog === '' ? [] : [await compressedEntry(`usr/share/doc/${name}/changelog.gz`, changelog)]),
    fileEntry(`usr/share/doc/${name}/README.Debian`, renderReadme(facts)),
    ...(await completionEntries(work)),
    await compressedEntry(`usr/share/man/man8/${name}.8.gz`, renderManual(facts)),
  ]
}

async function textOf({ source }: Work, path: string): Promise<string> {
  const found = source.files.find((entry) => entry.path === path)
  return found === undefined || isLink(found) ? '' : Buffer.from(await source.read(found)).toString()
}
