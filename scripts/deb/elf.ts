// Executable and Linkable Format, System V gABI chapters 4 and 5; 64-bit little-endian, as amd64 and arm64 are.
const PT_LOAD = 1
const PT_DYNAMIC = 2
const DT_NEEDED = 1n
const DT_STRTAB = 5n

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: bigint
  readonly size: number
}

/** Names of the shared libraries that an ELF file asks for (DT_NEEDED); none for anything else. */
export function neededLibraries(bytes: Uint8Array): readonly string[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46) return [] // e_ident[EI_MAG0..3]
  if (file[4] !== 2 || file[5] !== 1) return [] // EI_CLASS 64-bit, EI_DATA little-endian
  const segments = readSegments(file)
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC)
  if (dynamic === undefined) return []
  const entries = readDynamic(file, dynamic)
  const strings = entries.find(([tag]) => tag === DT_STRTAB)?.[1]
  if (strings === undefined) return []
  const table = fileOffset(segments, strings)
  return entries.filter(([tag]) => tag === DT_NEEDED).map(([, at]) => stringAt(file, table + Number(at)))
}

function readSegments(file: Buffer): readonly Segment[] {
  const at = Number(file.readBigUInt64LE(32)) // e_phoff
  const size = file.readUInt16LE(54) // e_phentsize
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const header = at + index * size
    return {
      type: file.readUInt32LE(header), // p_type
      offset: Number(file.readBigUInt64LE(header + 8)), // p_offset
      address: file.readBigUInt64LE(header + 16), // p_vaddr
      size: Number(file.readBigUInt64LE(header + 32)), // p_filesz
    }
  })
}

function readDynamic(file: Buffer, { offset, size }: Segment): readonly (readonly [tag: bigint, value: bigint])[] {
  return Array.from({ length: Math.floor(size / 16) }, (_, index) => {
    const at = offset + index * 16
    return [file.readBigInt64LE(at), file.readBigUInt64LE(at + 8)] as const // d_tag, d_un
  })
}

function fileOffset(segments: readonly Segment[], address: bigint): number {
  const holds = (one: Segment): boolean => address >= one.address && address < one.address + BigInt(one.size)
  const segment = segments.find((one) => one.type === PT_LOAD && holds(one))
  return segment === undefined ? Number(address) : segment.offset + Number(address - segment.address)
}

function stringAt(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at))
}
