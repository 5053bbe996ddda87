import { isAbsolute } from 'node:path'
import type { LockedRelease } from '../lib/core/lock-file.ts'
import { aptMirror, debianMirrors } from '../lib/io/debian-mirrors.ts'
import { aptSource } from './apt-source.ts'
import { type ByteSource, directory, firstOf, httpMirror, snapshots } from './sources.ts'

/** A source that must be closed when it is no longer needed. */
export interface OpenSource extends ByteSource {
  close(): Promise<void>
}

/** The sources that this machine or the person names, and at last the archive of everything Debian ever published. */
export async function openSource(
  options: { readonly asked?: string | undefined; readonly locked?: readonly LockedRelease[] } = {},
): Promise<OpenSource> {
  const mirrors = await debianMirrors(options.asked)
  const archive = options.locked === undefined ? [] : [snapshots(options.locked)]
  if (mirrors[0] === 'apt') {
    const apt = await aptSource(await aptMirror())
    return { ...firstOf([apt, ...archive]), close: () => apt.close() }
  }
  const sources = mirrors.map((mirror) => (isAbsolute(mirror) ? directory(mirror) : httpMirror(mirror)))
  return { ...firstOf([...sources, ...archive]), close: async () => undefined }
}
