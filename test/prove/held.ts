import { type Member, type Members, readMember } from '../../scripts/prove/members.ts'

/** An artifact that holds these files. */
export async function members(files: Readonly<Record<string, string>>): Promise<Members> {
  const found = new Map<string, Member>()
  for (const [path, text] of Object.entries(files)) found.set(path, await readMember(bytes(text)))
  return found
}

async function* bytes(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}
