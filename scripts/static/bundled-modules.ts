import { readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BundledModule } from '../lib/core/bundled-modules.ts'
import type { Frontend } from '../lib/core/facts.ts'
import { decodeLicense, isLicenseName } from '../lib/core/license-files.ts'
import { comparePaths } from '../lib/core/tree.ts'
import { importedPackages, mappedPackages } from './imported-packages.ts'
import { authorOf, declaredLicense, homepageOf, type PackageManifest, readManifest } from './package-manifest.ts'

/**
 * The packages whose code may be in what a front end left: its production dependencies, the development dependencies that its
 * sources import, what source maps name, and the dependencies of all these, as they lie in node_modules.
 */
export async function bundledModules(
  place: string,
  { dir }: Frontend,
  outputs: readonly string[],
): Promise<readonly BundledModule[]> {
  const project = await realpath(place)
  const start = join(project, dir)
  const manifest = await readManifest(start)
  if (manifest === undefined) return []
  const names = [...(await ownImports(start, manifest)), ...(await mappedPackages(project, outputs))]
  const found: BundledModule[] = []
  for (const { folder, own, name } of await reached(project, start, names)) {
    if (isScript(own)) found.push({ ...(await described(folder, own, name)), frontends: [dir] })
  }
  return found
}

interface Reached {
  readonly folder: string
  readonly own: PackageManifest
  readonly name: string
}

/** Packages of others that these names lead to. */
async function reached(project: string, start: string, names: readonly string[]): Promise<readonly Reached[]> {
  const packages = new Map<string, Reached>()
  const seen = new Set<string>()
  const queue = names.map((name) => ({ name, from: start }))
  for (const { name, from } of queue) {
    const folder = await resolvePackage(project, from, name)
    if (folder === undefined || seen.has(folder)) continue
    seen.add(folder)
    const own = (await readManifest(folder)) ?? {}
    const isWorkspace = !folder.includes('/node_modules/') // the project's own
    const more = isWorkspace ? await ownImports(folder, own) : dependenciesOf(own)
    queue.push(...more.map((next) => ({ name: next, from: folder })))
    if (!isWorkspace) packages.set(folder, { folder, own, name })
  }
  return [...packages.values()]
}

/** What the project's own package takes in. */
async function ownImports(folder: string, manifest: PackageManifest): Promise<readonly string[]> {
  return [...Object.keys(manifest.dependencies ?? {}), ...(await importedPackages(folder, manifest))]
}

function dependenciesOf(manifest: PackageManifest): readonly string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
}

/** A program for one kind of machine is in no bundle, and neither is a package of types. */
function isScript({ name = '', os, cpu, libc }: PackageManifest): boolean {
  return os === undefined && cpu === undefined && libc === undefined && !name.startsWith('@types/')
}

/** Where Node finds a package from a folder (its documentation, "Loading from node_modules folders"); links are followed. */
async function resolvePackage(project: string, from: string, name: string): Promise<string | undefined> {
  for (let at = from; ; at = dirname(at)) {
    const found = await realpath(join(at, 'node_modules', name)).catch(() => undefined)
    if (found !== undefined) return found
    if (at === project || at === dirname(at)) return undefined
  }
}

type Described = Omit<BundledModule, 'frontends'>

async function described(folder: string, manifest: PackageManifest, name: string): Promise<Described> {
  const files = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && isLicenseName(entry.name))
    .map((entry) => entry.name)
    .toSorted(comparePaths)
  const read = async (file: string) => ({ file, text: decodeLicense(await readFile(join(folder, file))) })
  return {
    name: manifest.name ?? name,
    version: manifest.version ?? '',
    license: declaredLicense(manifest),
    author: authorOf(manifest),
    homepage: homepageOf(manifest),
    texts: await Promise.all(files.map(read)),
  }
}
