import { comparePaths } from './tree.ts'

/** A package of JavaScript that the bundle of a front end may hold, and what it says of its licence. */
export interface BundledModule {
  readonly name: string
  readonly version: string
  readonly license: string // as its package.json declares it; '' where it declares none
  readonly author: string
  readonly homepage: string
  readonly frontends: readonly string[] // folders of the front ends that were built with it
  readonly texts: readonly LicenseText[] // none: no licence file was found in it
}

interface LicenseText {
  readonly file: string
  readonly text: string
}

/** Where other channels than the Debian packages have the texts of all bundled modules. */
export const MODULE_LICENSES = 'JAVASCRIPT-LICENSES.txt'

/** Modules of several front ends, each once, by name and version. */
export function mergeModules(lists: readonly (readonly BundledModule[])[]): readonly BundledModule[] {
  const merged = new Map<string, BundledModule>()
  for (const one of lists.flat()) {
    const key = `${one.name}@${one.version}`
    const frontends = [...new Set([...(merged.get(key)?.frontends ?? []), ...one.frontends])].toSorted(comparePaths)
    merged.set(key, { ...one, frontends })
  }
  return [...merged.values()].toSorted((a, b) => comparePaths(`${a.name}@${a.version}`, `${b.name}@${b.version}`))
}

/** The licences of all modules as one text, equal ones once. */
export function renderModuleLicenses(title: string, modules: readonly BundledModule[]): string {
  const groups = new Map<string, string[]>()
  for (const { name, version, license, homepage, texts } of modules) {
    const text = texts.length === 0 ? 'No licence file was found in the package.' : texts.map((one) => one.text.trim())
    const key = [text].flat().join('\n\n')
    const line = [`${name} ${version}`, license, homepage].filter((part) => part !== '').join('; ')
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  const head = `Licences of the JavaScript packages that ${title} was built with; its files may hold code of them.`
  const parts = [...groups].map(([text, lines]) => `${lines.join('\n')}\n\n${text}\n`)
  return [`${head}\n`, ...parts].join(`\n${'-'.repeat(72)}\n\n`)
}
