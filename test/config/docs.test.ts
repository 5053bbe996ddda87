import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { formats } from '../../scripts/formats.ts'
import { renderConfigPage, renderConfigSchema } from '../../scripts/lib/core/config/document.ts'
import { configJsonSchema, type JsonSchema } from '../../scripts/lib/core/config/schema.ts'

const schema = configJsonSchema(formats)
const doc = (name: string): Promise<string> => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

function undescribed(path: string, { properties, items, anyOf }: JsonSchema): readonly string[] {
  const own = Object.entries(properties ?? {}).flatMap(([key, inner]) => [
    ...(inner.description === undefined ? [`${path}.${key}`] : []),
    ...undescribed(`${path}.${key}`, inner),
  ])
  const inside = [items, ...(anyOf ?? [])].filter((inner) => inner !== undefined)
  return [...own, ...inside.flatMap((inner) => undescribed(`${path}[]`, inner))]
}

describe('the pages written from the schema', () => {
  it('docs/configuration.md is up to date (`slipway docs` writes it)', async () => {
    expect(await doc('configuration.md')).toBe(renderConfigPage(schema))
  })

  it('docs/slipway.schema.json is up to date (`slipway docs` writes it)', async () => {
    expect(await doc('slipway.schema.json')).toBe(renderConfigSchema(schema))
  })

  it('every key of every section is described', () => {
    expect(undescribed('', schema)).toEqual([])
  })
})
