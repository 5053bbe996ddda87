import type { BundledModule } from '../lib/core/bundled-modules.ts'
import { comparePaths } from '../lib/core/tree.ts'
import { licenseText, type Stanza } from './copyright.ts'
import { copyrightNotices } from './dependencies.ts'
import { nameOfText, shortName } from './licenses.ts'

/** Paragraphs for what front ends left: one about the files, and one about the licence of each module that was built in. */
export function bundleStanzas(
  own: Pick<Stanza, 'copyright' | 'license'>,
  files: readonly string[],
  modules: readonly BundledModule[],
): readonly Stanza[] {
  if (modules.length === 0 || files.length === 0) return []
  const names = new Map<string, number>()
  const parts = modules.map((module) => {
    const name = `${licenseName(module)}-${module.name.replaceAll(/[^0-9A-Za-z.-]+/g, '-').replace(/^-/, '')}`
    const before = names.get(name) ?? 0
    names.set(name, before + 1)
    return { module, name: before === 0 ? name : `${name}-${module.version}` }
  })
  const holders = parts.flatMap(({ module }) => holdersOf(module))
  const about: Stanza = {
    files,
    copyright: [...new Set([...(own.copyright ?? []), ...holders])],
    license: [own.license, ...parts.map(({ name }) => name)].join(' and '),
    text: '',
    comment: 'Built from the application and the JavaScript packages below, as far as the build took them in.',
  }
  return [
    about,
    ...parts.map(({ module, name }) => ({
      license: name,
      text: licenseText(module.license, module.texts),
      comment: [`${module.name} ${module.version}`, module.homepage].filter((part) => part !== '').join(', '),
    })),
  ]
}

function licenseName({ license, texts }: BundledModule): string {
  return license === '' && texts.length > 0
    ? nameOfText(texts.map(({ text }) => text).join('\n'))
    : shortName(license).name
}

function holdersOf({ name, author, texts }: BundledModule): readonly string[] {
  const notices = copyrightNotices(texts.map(({ text }) => text).join('\n'))
  return notices.length > 0 ? notices : [author === '' ? `the authors of ${name}` : author]
}

/** Patterns for the folders in which these files lie, an outer one standing for those inside. */
export function folderPatterns(paths: readonly string[]): readonly string[] {
  const folders = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1)))].toSorted(comparePaths)
  const outer = folders.filter((folder) => !folders.some((one) => one !== folder && folder.startsWith(one)))
  return outer.map((folder) => `${folder}*`)
}
