import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const CORE = 'scripts/lib/core/error.ts'

const union = async (): Promise<string[]> =>
  [...(await readFile(join(ROOT, CORE), 'utf8')).matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code = '']) => code)

const page = (): Promise<string> => readFile(join(ROOT, 'docs/errors.md'), 'utf8')

it('has one section for every code, in the order of the union, and no other', async () => {
  const codes = await union()
  expect(codes.length).toBeGreaterThan(20)
  const titles = [...(await page()).matchAll(/^## (.+)$/gm)].map(([, title]) => title)
  expect(titles).toEqual(codes)
})

it('shows an example in every section', async () => {
  const [, ...sections] = (await page()).split(/^## /m)
  expect(
    sections.filter((section) => !/^```\n[\s\S]+?\n```$/m.test(section)).map((section) => section.split('\n')[0]),
  ).toEqual([])
})

it('knows no code that nothing throws', async () => {
  const sources: string[] = []
  for await (const path of glob('scripts/**/*.ts', { cwd: ROOT })) {
    if (path !== CORE) sources.push(await readFile(join(ROOT, path), 'utf8'))
  }
  const text = sources.join('\n')
  expect((await union()).filter((code) => !text.includes(`'${code}'`))).toEqual([])
})
