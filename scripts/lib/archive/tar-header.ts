import { ReleaseError } from '../core/error.ts'

/** tar(5): everything lies in blocks of this many bytes. */
export const BLOCK = 512

/** One header block of an archive, whatever its dialect. */
export interface Header {
  readonly name: Uint8Array
  readonly prefix?: Uint8Array
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly mtime: number
  readonly type: '0' | '2' | '5' | 'L' | 'K' | 'x' // POSIX.1-2017 pax, ustar typeflag; L and K: GNU tar manual, "Basic Tar Format"
  readonly link?: Uint8Array
  readonly owner: string
  readonly magic: string
}

export const USTAR_MAGIC = 'ustar\u000000' // magic and version, POSIX.1-2017 pax, ustar Interchange Format
export const GNU_MAGIC = 'ustar  \0' // OLDGNU_MAGIC, the dialect that dpkg reads (deb(5))

/** The 512 bytes of a header (POSIX.1-2017 pax, "ustar Header Block"); LIMIT_EXCEEDED if a number does not fit its field. */
export function encodeHeader(header: Header): Uint8Array {
  const block = Buffer.alloc(BLOCK)
  block.set(header.name.subarray(0, 100), 0) // name, 100 bytes
  octal(block, 100, 8, header.mode, 'mode')
  octal(block, 108, 8, header.uid, 'uid')
  octal(block, 116, 8, header.gid, 'gid')
  octal(block, 124, 12, header.size, 'size') // 8 GiB - 1 at most
  octal(block, 136, 12, header.mtime, 'mtime')
  block.fill(' ', 148, 156) // chksum, counted as spaces
  block.write(header.type, 156, 'latin1') // typeflag
  if (header.link !== undefined) block.set(header.link.subarray(0, 100), 157) // linkname, 100 bytes
  block.write(header.magic, 257, 'latin1') // magic and version, 8 bytes
  block.write(header.owner, 265, 'latin1') // uname, 32 bytes
  block.write(header.owner, 297, 'latin1') // gname, 32 bytes
  if (header.magic === USTAR_MAGIC) {
    octal(block, 329, 8, 0, 'devmajor') // GNU tar leaves both empty in its own dialect
    octal(block, 337, 8, 0, 'devminor')
  }
  if (header.prefix !== undefined) block.set(header.prefix, 345) // prefix, 155 bytes
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1') // chksum: six digits, NUL, space
  return block
}

function octal(block: Buffer, at: number, width: number, value: number, field: string): void {
  const digits = value.toString(8).padStart(width - 1, '0')
  if (!Number.isInteger(value) || value < 0 || digits.length >= width) {
    const hint = 'Leave the file out, or split it.'
    throw new ReleaseError('LIMIT_EXCEEDED', `a tar archive has no room for ${field} ${value}`, { hint })
  }
  block.write(digits, at, 'latin1') // the NUL at the end is already there
}

/** Zero bytes up to the next multiple of `unit`. */
export function paddingAfter(size: number, unit: number): Uint8Array {
  return Buffer.alloc((unit - (size % unit)) % unit)
}
