import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Short texts of one byte per character that are written once and read by their place, out of memory. */
export interface TextFile {
  /** Gives the place of the text. */
  append(text: Uint8Array): number
  read(place: number, length: number): string
  close(): void
}

const BUFFER = 2 ** 20

/** A file of texts without a name, which ends with the process at the latest. */
export function openTextFile(): TextFile {
  const path = join(tmpdir(), `slipway-texts-${randomBytes(8).toString('hex')}`)
  const file = openSync(path, 'wx+', 0o600)
  rmSync(path)
  const buffer = Buffer.allocUnsafe(BUFFER)
  let written = 0
  let filled = 0
  const flush = (): void => {
    writeSync(file, buffer, 0, filled, written)
    written += filled
    filled = 0
  }
  return {
    append(text) {
      if (filled + text.length > BUFFER) flush()
      const place = written + filled
      if (text.length > BUFFER) {
        written += writeSync(file, text, 0, text.length, written)
        return place
      }
      buffer.set(text, filled)
      filled += text.length
      return place
    },
    read(place, length) {
      if (filled > 0) flush()
      const bytes = Buffer.allocUnsafe(length)
      return bytes.toString('latin1', 0, readSync(file, bytes, 0, length, place))
    },
    close: () => closeSync(file),
  }
}
