import { mkdir, readdir, symlink } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

// What a front end would be built with.
const NODE = /^(?:node|nodejs|npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack|bun|bunx|deno)$/

const SYSTEM = ['/usr/local/bin', '/usr/bin', '/bin']

/** The folders of PATH, in their order, without those of Node packages. */
function folders(): readonly string[] {
  const listed = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)
  return [...new Set([...listed.filter((folder) => !folder.includes('/node_modules/')), ...SYSTEM])]
}

/** This PATH, where a search for Node and its package managers finds nothing: links below `place` to what else lies beside them. */
export async function pathWithoutNode(place: string): Promise<string> {
  const path: string[] = []
  for (const [index, folder] of folders().entries()) {
    const names = await readdir(folder).catch(() => [])
    if (!names.some((name) => NODE.test(name))) {
      path.push(folder)
      continue
    }
    const others = join(place, `${index}`)
    await mkdir(others, { recursive: true })
    const links = names
      .filter((name) => !NODE.test(name))
      .map((name) => symlink(join(folder, name), join(others, name)))
    await Promise.all(links)
    path.push(others)
  }
  return path.join(delimiter)
}
