import { type ArchiveEntry, fileEntry, treeEntries } from '../lib/archive/entry.ts'
import type { Facts, Target } from '../lib/core/facts.ts'
import type { Work } from '../lib/core/format.ts'
import type { DebConfig } from './config.ts'
import { renderDepsCopyright } from './copyright.ts'
import { readDistributions } from './dependencies.ts'
import { documentEntries } from './document-entries.ts'
import { requiredLibraries } from './elf-libraries.ts'
import { placesOf } from './layout.ts'
import { assetName, depsPackage, packageVersion } from './names.ts'
import { overrides } from './overrides.ts'
import type { BinaryPackage } from './package.ts'
import { depsDepends } from './relations.ts'
import { systemDepends, vendorTree } from './system-packages.ts'

/** The package with the dependencies for one Python on one architecture. */
export async function depsBinary(work: Work, config: DebConfig, target: Target): Promise<BinaryPackage> {
  const { facts } = work
  const name = depsPackage(facts, target.python)
  const at = `${placesOf(facts).vendor}/py${target.python}`
  const tree = await vendorTree(work, target)
  const vendored = (await readDistributions(tree)).map((distribution) => ({ at, distribution }))
  const documents = await documentEntries(facts, name, renderDepsCopyright(facts, vendored))
  return {
    asset: assetName(facts, name, target.arch),
    fields: {
      Package: name,
      Version: packageVersion(facts),
      Architecture: target.arch,
      Maintainer: maintainerOf(facts),
      Depends: depsDepends(target.python, [
        ...(await requiredLibraries(tree, facts.deps.floor, config.depends)),
        ...systemDepends(facts),
      ]),
      Recommends: [],
      Section: config.section,
      Priority: config.priority,
      Homepage: facts.app.homepage,
      Description: {
        synopsis: `${facts.app.title}: dependencies for Python ${target.python}`,
        extended: `The Python packages that ${facts.app.title} was tested with, apart from the system's own.\nThe package ${facts.app.name} takes the one for the system's Python.`,
      },
    },
    scripts: await depsScripts(work),
    files: [...treeEntries(tree, at), ...documents, overrides(name, 'dependencies', placesOf(facts))],
  }
}

async function depsScripts(work: Work): Promise<readonly ArchiveEntry[]> {
  return [
    fileEntry('postinst', await work.ownFile('deb/maintainer/deps-postinst'), 0o755),
    fileEntry('prerm', await work.ownFile('deb/maintainer/deps-prerm'), 0o755),
  ]
}

/** `Name <address>`, deb-control(5). */
export function maintainerOf(facts: Facts): string {
  return `${facts.app.maintainer.name} <${facts.app.maintainer.email}>`
}
