import { mkdir, readdir, symlink } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

// What a front end would be built with.
const NODE = /^(?:node|nodejs|npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack|bun|bunx|deno)$/

const SYSTEM = ['/usr/local/bin', '/usr/bin', '/bin']

/** The folders of PATH, in their order, without those of Node packages. */
function folders(): readonly string[] {
  const listed = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)
  return [...listed.filter((folder) => !folder.includes('/node_modules/')), ...SYSTEM]
}

/** A PATH of one new folder with links to the programs of this one, where a search for Node and its package managers finds nothing. */
export async function pathWithoutNode(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const taken = new Set<string>()
  for (const from of folders()) {
    for (const name of await readdir(from).catch(() => [])) {
      if (NODE.test(name) || taken.has(name)) continue
      taken.add(name)
      await symlink(join(from, name), join(folder, name))
    }
  }
  return folder
}
