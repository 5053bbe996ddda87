/** What the dynamic linker reads of a program or library (ELF-64 Object File Format; System V gABI, "Dynamic Linking"). */
export interface ElfNeeds {
  readonly machine: number
  readonly interpreter: string | undefined
  readonly needed: readonly string[]
  readonly runpath: readonly string[]
  /** Versions of interfaces that it needs of those libraries, such as GLIBC_2.38 (Linux Standard Base, "Symbol Versioning"). */
  readonly versions: readonly string[]
}

const PT = { load: 1, dynamic: 2, interp: 3 } as const
const DT = { needed: 1, strtab: 5, rpath: 15, runpath: 29, verneed: 0x6ffffffe } as const

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly size: number
}

/** Whether these are the first bytes of a 64-bit little-endian ELF file; 64 of them are its header. */
export function isElf(file: Buffer): boolean {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46) return false // e_ident: magic
  return file[4] === 2 && file[5] === 1 // EI_CLASS 64, EI_DATA little-endian
}

/** The needs of a 64-bit little-endian ELF file; undefined for anything else. */
export function readElf(bytes: Uint8Array): ElfNeeds | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!isElf(file)) return undefined
  const segments = readSegments(file)
  const interp = segments.find((segment) => segment.type === PT.interp)
  const dynamic = readDynamic(file, segments)
  const strings = dynamic.find(([tag]) => tag === DT.strtab)?.[1]
  const at = strings === undefined ? undefined : offsetOf(segments, strings)
  const tables = dynamic.find(([tag]) => tag === DT.verneed)?.[1] ?? 0
  const texts = (...tags: number[]): string[] =>
    dynamic.flatMap(([tag, value]) => (at !== undefined && tags.includes(tag) ? [text(file, at + value)] : []))
  return {
    machine: file.readUInt16LE(18), // e_machine
    interpreter: interp === undefined ? undefined : text(file, interp.offset),
    needed: texts(DT.needed),
    runpath: texts(DT.rpath, DT.runpath).flatMap((paths) => paths.split(':')),
    versions: at === undefined ? [] : readVersions(file, at, offsetOf(segments, tables)),
  }
}

function readSegments(file: Buffer): Segment[] {
  const start = Number(file.readBigUInt64LE(32)) // e_phoff
  const [size, count] = [file.readUInt16LE(54), file.readUInt16LE(56)] // e_phentsize, e_phnum
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size
    return {
      type: file.readUInt32LE(at), // p_type
      offset: Number(file.readBigUInt64LE(at + 8)), // p_offset
      address: Number(file.readBigUInt64LE(at + 16)), // p_vaddr
      size: Number(file.readBigUInt64LE(at + 32)), // p_filesz
    }
  })
}

function readDynamic(file: Buffer, segments: readonly Segment[]): [tag: number, value: number][] {
  const segment = segments.find(({ type }) => type === PT.dynamic)
  if (segment === undefined) return []
  return Array.from({ length: Math.floor(segment.size / 16) }, (_, index) => {
    const at = segment.offset + index * 16
    return [Number(file.readBigUInt64LE(at)), Number(file.readBigUInt64LE(at + 8))] // d_tag, d_val
  })
}

/** Elf64_Verneed entries, each with its chain of Elf64_Vernaux. */
function readVersions(file: Buffer, strings: number, start: number | undefined): readonly string[] {
  const found: string[] = []
  for (const library of chain(file, start, 12)) {
    // vn_next
    const first = library + file.readUInt32LE(library + 8) // vn_aux
    for (const one of chain(file, first, 12)) found.push(text(file, strings + file.readUInt32LE(one + 8))) // vna_next, vna_name
  }
  return [...new Set(found)]
}

/** Offsets of entries that say how far the next one is, 0 at the end. */
function* chain(file: Buffer, start: number | undefined, next: number): Iterable<number> {
  let at = start
  while (at !== undefined) {
    yield at
    const step = file.readUInt32LE(at + next)
    at = step === 0 ? undefined : at + step
  }
}

function offsetOf(segments: readonly Segment[], address: number): number | undefined {
  const inside = segments.find(
    (one) => one.type === PT.load && one.address <= address && address < one.address + one.size,
  )
  return inside === undefined ? undefined : address - inside.address + inside.offset
}

function text(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at))
}
