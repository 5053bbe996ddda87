import { type ArchiveEntry, assertPaths, withDirectories } from '../lib/archive/entry.ts'
import { gzip } from '../lib/archive/gzip.ts'
import { tar } from '../lib/archive/tar.ts'
import { type Carries, type FileOutput, MEDIA_TYPES } from '../lib/core/artifact.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { Work } from '../lib/core/format.ts'
import { inProject } from '../lib/core/project-root.ts'
import { collectRoot, hasStatic } from '../lib/core/staged-tree.ts'
import type { TarballsConfig } from './config.ts'
import { sourceEntries, staticEntries, withStaticEntries } from './contents.ts'
import { staticDirectory, topDirectory } from './names.ts'
import { zip } from './zip.ts'

/** One archive of this room: what it promises and how its bytes come. */
export interface Archive {
  readonly output: FileOutput
  bytes(work: Work, config: TarballsConfig): Promise<AsyncIterable<Uint8Array>>
}

/** The archives of a release; without static files there is only the source itself. */
export function archives(facts: Facts, config: TarballsConfig): readonly Archive[] {
  const top = topDirectory(facts)
  const { bundle, collected } = hasStatic(facts)
  if (!(bundle || collected)) return [source(top)]
  const withZip = config.zip ? [staticZip(facts)] : []
  return [source(top), sourceWithStatic(facts), staticTar(facts), ...withZip]
}

function source(top: string): Archive {
  return {
    output: output(`${top}-source.tar.gz`, MEDIA_TYPES.tarGzip, 'none'),
    bytes: async (work, config) => tarGzip(sourceEntries(work), work, config),
  }
}

function sourceWithStatic(facts: Facts): Archive {
  const top = topDirectory(facts)
  const carries = carried(
    facts,
    `${top}/${inProject(facts.python, '')}`.replace(/\/$/, ''),
    `${top}/${collectRoot(facts) ?? ''}`.replace(/\/$/, ''),
  )
  return {
    output: output(`${top}-source-with-static.tar.gz`, MEDIA_TYPES.tarGzip, carries),
    bytes: async (work, config) => tarGzip(withStaticEntries(work), work, config),
  }
}

function staticTar(facts: Facts): Archive {
  const top = staticDirectory(facts)
  return {
    output: output(`${top}.tar.gz`, MEDIA_TYPES.tarGzip, carried(facts, `${top}/bundle`, `${top}/collected`)),
    bytes: async (work, config) => tarGzip(portable(await staticEntries(work)), work, config),
  }
}

function staticZip(facts: Facts): Archive {
  const top = staticDirectory(facts)
  return {
    output: output(`${top}.zip`, MEDIA_TYPES.zip, carried(facts, `${top}/bundle`, `${top}/collected`)),
    bytes: async (work, { level }) => zip(portable(await staticEntries(work)), { epoch: work.facts.epoch, level }),
  }
}

function output(name: string, mediaType: string, carries: Carries): FileOutput {
  return { kind: 'file', name, mediaType, carries }
}

function carried(facts: Facts, bundleAt: string, collectedAt: string): Carries {
  const { bundle, collected } = hasStatic(facts)
  return [
    ...(bundle ? [{ tree: 'bundle', at: bundleAt } as const] : []),
    ...(collected ? [{ tree: 'collected', at: collectedAt } as const] : []),
  ]
}

/** The source is what it is, but static files must unpack the same everywhere. */
function portable(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  assertPaths(entries)
  return entries
}

function tarGzip(entries: readonly ArchiveEntry[], work: Work, { level }: TarballsConfig): AsyncIterable<Uint8Array> {
  const options = { dialect: 'pax', epoch: work.facts.epoch, owner: 'root' } as const
  return gzip(tar(withDirectories(entries), options), level)
}
