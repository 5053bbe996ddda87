import { type ArchiveEntry, fileEntry, treeEntries } from '../lib/archive/entry.ts'
import { MODULE_LICENSES, renderModuleLicenses } from '../lib/core/bundled-modules.ts'
import type { Work } from '../lib/core/format.ts'
import { licenseMatcher } from '../lib/core/license-files.ts'
import { stagedTree } from '../lib/core/staged-tree.ts'
import { filterTree } from '../lib/core/tree.ts'
import { staticDirectory, topDirectory } from './names.ts'
import { renderInstall, renderStaticReadme } from './texts.ts'

/** The source tree exactly as it is at the commit. */
export function sourceEntries({ facts, source }: Work): ArchiveEntry[] {
  return treeEntries(source, topDirectory(facts))
}

/** The source with everything a build adds: static files at their places, compiled messages, the version without git. */
export function withStaticEntries(work: Work): ArchiveEntry[] {
  const { facts } = work
  const top = topDirectory(facts)
  const tree = stagedTree(work)
  const taken = new Set(tree.files.map(({ path }) => path.split('/', 1).join('').toLowerCase()))
  const texts = [
    ['INSTALL', renderInstall(facts)],
    ['VERSION', `${facts.version.plain}\n`],
    ...moduleLicenses(work),
  ] as const
  const added = texts.filter(([name]) => !taken.has(name.toLowerCase())) // the project's own say it already
  return [...treeEntries(tree, top), ...added.map(([name, text]) => fileEntry(`${top}/${name}`, text))]
}

/** The static files alone, with what must go with them: licences, version, and what they are for. */
export async function staticEntries(work: Work): Promise<ArchiveEntry[]> {
  const { facts, source } = work
  const top = staticDirectory(facts)
  const licences = filterTree(source, licenseMatcher(facts))
  return [
    ...treeEntries(licences, top),
    ...treeEntries(work.static.bundle, `${top}/bundle`),
    ...treeEntries(work.static.collected, `${top}/collected`),
    fileEntry(`${top}/README`, renderStaticReadme(facts)),
    fileEntry(`${top}/VERSION`, `${facts.version.plain}\n`),
    ...moduleLicenses(work).map(([name, text]) => fileEntry(`${top}/${name}`, text)),
  ]
}

function moduleLicenses({ facts, static: { modules = [] } }: Work): readonly (readonly [name: string, text: string])[] {
  return modules.length === 0 ? [] : [[MODULE_LICENSES, renderModuleLicenses(facts.app.title, modules)]]
}
