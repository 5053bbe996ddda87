import { readFile } from 'node:fs/promises'

/** The blocks of shell commands below each heading of a page. */
export async function blocksOf(page: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const sections = (await readFile(page, 'utf8')).split(/^#{2,3} /m).slice(1)
  const blocks = (text: string): string[] =>
    [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
  return new Map(sections.map((section) => [section.split('\n', 1)[0] ?? '', blocks(section)]))
}
