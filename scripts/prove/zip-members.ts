import { openPromise } from 'yauzl'
import { type Member, type Members, readMember } from './members.ts'

/** The members of a zip or wheel, read by yauzl from the central directory. */
export async function zipMembers(path: string): Promise<Members> {
  const zip = await openPromise(path)
  const members = new Map<string, Member>()
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      members.set(entry.fileName, await readMember(await zip.openReadStreamPromise(entry)))
    }
    return members
  } finally {
    zip.close()
  }
}
