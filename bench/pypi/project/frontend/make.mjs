// Stands for a bundler: 2,900 files of about 10 kB each, which compress as scripts do; the same ones each time.
import { mkdirSync, writeFileSync } from 'node:fs'

const WORDS = 'const return function value index => { } ( ) ; = + if else await import export from this null'.split(' ')
let seed = 1

function word() {
  seed = (seed * 48271) % 2147483647
  return seed % 3 === 0 ? seed.toString(36) : WORDS[seed % WORDS.length]
}

for (let folder = 0; folder < 29; folder++) {
  const place = new URL(`../tray/static/${folder}/`, import.meta.url)
  mkdirSync(place, { recursive: true })
  for (let file = 0; file < 100; file++) {
    const text = Array.from({ length: 2000 }, word).join(' ')
    writeFileSync(new URL(`${file}.js`, place), `${text}\n`)
  }
}
