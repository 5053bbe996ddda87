import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'

// What a front end would be built with.
const NODE = /^(?:node|nodejs|npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack|bun|bunx|deno)$/

const FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin']

/** A PATH of one new folder with links to the system's programs, where a search for Node and its package managers finds nothing. */
export async function pathWithoutNode(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const taken = new Set<string>()
  for (const from of FOLDERS) {
    for (const name of await readdir(from).catch(() => [])) {
      if (NODE.test(name) || taken.has(name)) continue
      taken.add(name)
      await symlink(join(from, name), join(folder, name))
    }
  }
  return folder
}
