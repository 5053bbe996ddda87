import { type FileEntry, fileEntry, treeEntries, withDirectories } from '../lib/archive/entry.ts'
import { gzip } from '../lib/archive/gzip.ts'
import { linksAsCopies } from '../lib/archive/links.ts'
import { tar } from '../lib/archive/tar.ts'
import { wheelZip } from '../lib/archive/zip.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Work } from '../lib/core/format.ts'
import { collectPlace, treeInProject } from '../lib/core/project-root.ts'
import { isLink, mergeTrees, placeTree, sortEntries, type Tree } from '../lib/core/tree.ts'
import type { PypiConfig } from './config.ts'
import { dataPlace, type Names, namesOf } from './names.ts'
import { assertBackEnd, assertInsidePackages } from './own-checks.ts'
import { withRecord } from './record.ts'

/** The project's own wheel and sdist with the static files at their places inside, RECORD and both archives written anew. */
export async function buildOwn(work: Work, config: PypiConfig): Promise<void> {
  const names = namesOf(work.facts, config)
  const added = staticFiles(work)
  await assertBackEnd(work.app, names)
  if (config.data === undefined) assertInsidePackages(work.app, added)
  const placed = config.data === undefined ? added : placeTree(added, dataPlace(names))
  const wheel = linksAsCopies(treeEntries(mergeTrees([work.app, placed])))
  await work.write(names.wheel, wheelZip(await withRecord(wheel, names.distInfo), work.facts.epoch))
  await writeSdist(work, treeInProject(work.facts.python, added), names)
}

/** What the static stage made, at its places below the root of the wheel. */
function staticFiles({ facts, static: made }: Work): Tree {
  const place = collectPlace(facts.python)
  return place === undefined ? made.bundle : mergeTrees([made.bundle, placeTree(made.collected, place)])
}

async function writeSdist(work: Work, added: Tree, names: Names): Promise<void> {
  const { sdist } = work
  if (sdist === undefined) {
    throw new ReleaseError('STAGE_MISSING', "the project's own sdist is not there", {
      hint: 'Run `slipway app` again.',
    })
  }
  const sources = await sourcesEntries(sdist, added)
  const replaced = new Set(sources.map(({ path }) => path))
  const kept = treeEntries(mergeTrees([sdist, added])).filter(({ path }) => !replaced.has(path))
  const entries = [...kept, ...sources].map((entry) => ({ ...entry, path: `${names.top}/${entry.path}` }))
  const options = { dialect: 'pax', epoch: work.facts.epoch, owner: '' } as const
  await work.write(names.sdist, gzip(tar(withDirectories(entries), options)))
}

/** setuptools packs what SOURCES.txt lists when there is no git, so a wheel built from the sdist needs the static files in it. */
async function sourcesEntries(sdist: Tree, added: Tree): Promise<readonly FileEntry[]> {
  const entries: FileEntry[] = []
  for (const entry of sdist.files) {
    if (isLink(entry) || !/^(?:[^/]+\/)*[^/]+\.egg-info\/SOURCES\.txt$/.test(entry.path)) continue
    const listed = Buffer.from(await sdist.read(entry))
      .toString()
      .split('\n')
    const paths = [...new Set([...listed, ...added.files.map(({ path }) => path)])].filter((path) => path !== '')
    const sorted = sortEntries(paths.map((path) => ({ path }))).map(({ path }) => path)
    entries.push(fileEntry(entry.path, `${sorted.join('\n')}\n`))
  }
  return entries
}
