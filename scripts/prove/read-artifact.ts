import { createReadStream } from 'node:fs'
import { type BuiltOutput, MEDIA_TYPES } from '../lib/core/artifact.ts'
import { debMembers } from './deb-members.ts'
import { imageMembers } from './image-members.ts'
import { type Members, readMember } from './members.ts'
import { gunzip, tarMembers } from './tar-members.ts'
import { zipMembers } from './zip-members.ts'

/** Readers by media type; none of them shares code with the writers. */
const READERS: Readonly<Record<string, (path: string) => Promise<Members>>> = {
  [MEDIA_TYPES.deb]: debMembers,
  [MEDIA_TYPES.tarGzip]: (path) => tarMembers(gunzip(createReadStream(path))),
  [MEDIA_TYPES.chart]: (path) => tarMembers(gunzip(createReadStream(path))),
  [MEDIA_TYPES.zip]: zipMembers,
  [MEDIA_TYPES.wheel]: zipMembers,
}

/** An artifact's members: one view, or one for each platform of an image; a plain file is its own only member. */
export async function readArtifact(output: BuiltOutput, path: string): Promise<ReadonlyMap<string, Members>> {
  if (output.kind === 'image') return imageMembers(path)
  const reader = READERS[output.mediaType]
  if (reader !== undefined) return new Map([['', await reader(path)]])
  return new Map([['', new Map([[output.name, await readMember(createReadStream(path))]])]])
}
