import { describe, expect, it } from 'vitest'
import { allowsPython } from '../../../scripts/lib/core/python-range.ts'

describe('the range of Pythons that a project wants', () => {
  it.each([
    ['>=3.11', '3.11.0'],
    ['>=3.11', '3.13.2'],
    ['>=3.10,<4', '3.14.0'],
    ['>=3.10, !=3.12.*', '3.13.0'],
    ['~=3.11', '3.14.1'],
    ['~=3.11.2', '3.11.9'],
    ['==3.12.*', '3.12.1'],
    ['>3.11', '3.11.1'],
    ['<=3.12.1', '3.12.1'],
  ])('%s takes %s', (requires, version) => {
    expect(allowsPython(requires, version)).toBe(true)
  })

  it.each([
    ['>=3.12', '3.11.7'],
    ['>=3.10,<3.13', '3.13.0'],
    ['>=3.10, !=3.12.*', '3.12.4'],
    ['~=3.11.2', '3.12.0'],
    ['==3.12', '3.12.1'],
    ['<3.9', '3.10.0'],
  ])('%s does not take %s', (requires, version) => {
    expect(allowsPython(requires, version)).toBe(false)
  })
})
