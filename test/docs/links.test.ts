import { existsSync, readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const LINK = /\]\((?!https?:|mailto:|#)([^)#]+)(?:#[^)]*)?\)/g

it('has no page that links to a file that is not there', async () => {
  const links: string[] = []
  for await (const page of glob(['*.md', 'docs/*.md'], { cwd: ROOT })) {
    const text = readFileSync(join(ROOT, page), 'utf8')
    links.push(...[...text.matchAll(LINK)].map(([, target = '']) => join(dirname(page), target)))
  }
  expect(links.length).toBeGreaterThan(5)
  expect(links.filter((target) => !existsSync(join(ROOT, target)))).toEqual([])
})
