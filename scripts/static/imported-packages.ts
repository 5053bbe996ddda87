import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { declaredFiles } from './outputs.ts'
import type { PackageManifest } from './package-manifest.ts'

const SOURCES = ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx,vue,svelte,astro,html,css,scss,sass,less}']

// What runs while building or testing is not in the bundle.
const NOT_BUNDLED =
  /(^|\/)(\.|tests?\/|__tests__\/|__mocks__\/|e2e\/|cypress\/)|\.(config|conf|test|spec|stories)\.|\.d\.ts$/

const TYPES_ONLY = /\b(?:im|ex)port\s+type\b[^'"]*?\bfrom\s*['"][^'"]+['"]/g
const IMPORT =
  /(?:\bfrom|\bimport|\brequire|@import|@use|@forward|@plugin)\s*(?:\(\s*|url\(\s*)*['"]~?([^'"./][^'"]*)['"]/g

/** Development dependencies that sources of a front end import: bundlers take them in like all others. */
export async function importedPackages(folder: string, manifest: PackageManifest): Promise<readonly string[]> {
  const known = new Set(Object.keys({ ...manifest.devDependencies, ...manifest.peerDependencies }))
  const scripts = Object.values(manifest.scripts ?? {}).join(' ')
  const found = new Set<string>()
  for (const path of known.size === 0 ? [] : await declaredFiles(folder, SOURCES)) {
    if (NOT_BUNDLED.test(path) || scripts.includes(basename(path))) continue
    const text = (await readFile(join(folder, path), 'utf8')).replaceAll(TYPES_ONLY, '')
    for (const [, specifier = ''] of text.matchAll(IMPORT)) found.add(packageOf(specifier))
  }
  return [...found].filter((name) => known.has(name))
}

/** Packages that source maps among the outputs name. */
export async function mappedPackages(project: string, outputs: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const path of outputs.filter((output) => output.endsWith('.map'))) {
    const text = await readFile(join(project, path), 'utf8')
    for (const [, inside = ''] of text.matchAll(
      /node_modules\/((?:@[\w.-]+\/)?[\w-][\w.-]*)(?=\/)(?![^"]*node_modules\/)/g,
    ))
      found.add(inside)
  }
  return [...found]
}

/** `svelte/store` and `@scope/name/part` belong to `svelte` and `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
