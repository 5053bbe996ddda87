import { describe, expect, it } from 'vitest'
import { openTextFile } from '../../scripts/lib/io/text-file.ts'

describe('texts in a file', () => {
  it('are read by their place, before and after they reach the disk', () => {
    const file = openTextFile()
    const texts = ['first', '', 'x'.repeat(700_000), 'y'.repeat(700_000), 'z'.repeat(2_000_000), 'last \u00e9']
    const places = texts.map((text) => file.append(Buffer.from(text, 'latin1')))
    for (const [at, text] of texts.entries()) expect(file.read(places[at] ?? 0, text.length)).toBe(text)
    const place = file.append(Buffer.from('later'))
    expect(file.read(place, 5)).toBe('later')
    file.close()
  })
})
