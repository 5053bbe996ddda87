import { posix } from 'node:path'
import { contentOf, type FileEntry } from '../lib/archive/entry.ts'
import { resolvePath, type ViewEntry } from '../lib/core/base.ts'
import { type ElfNeeds, isElf, readElf } from '../lib/core/elf.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Architecture } from '../lib/core/facts.ts'

const ARCHITECTURES: Readonly<Record<Architecture, { readonly machine: number; readonly triplet: string }>> = {
  amd64: { machine: 62, triplet: 'x86_64-linux-gnu' }, // EM_X86_64
  arm64: { machine: 183, triplet: 'aarch64-linux-gnu' }, // EM_AARCH64
}

type View = ReadonlyMap<string, ViewEntry>

/** Refuses a layer in which a program or library needs one that the image has not: an exclude went too far. */
export async function assertLinked(files: readonly FileEntry[], view: View, arch: Architecture): Promise<number> {
  const missing: string[] = []
  let count = 0
  const room = Buffer.allocUnsafe(Math.max(0, ...files.map(({ size }) => size))) // one for all: together they are a base
  for (const file of files) {
    const needs = readElf(await readInto(room, file))
    if (needs === undefined) continue
    count += 1
    missing.push(...unmet(file.path, needs, view, arch).map((what) => `${file.path} needs ${what}`))
  }
  if (missing.length === 0) return count
  throw new ReleaseError('DEPS_UNRESOLVED', `libraries are missing in the image base: ${missing.join('; ')}`, {
    hint: 'Add the package that brings them to the roots of this base.',
  })
}

/** The bytes of a file, good until the next is read; of one that is no ELF file only the beginning. */
async function readInto(room: Buffer, file: FileEntry): Promise<Buffer> {
  let filled = 0
  for await (const chunk of contentOf(file)) {
    room.set(chunk, filled)
    filled += chunk.length
    if (!isElf(room.subarray(0, filled))) break
  }
  return room.subarray(0, filled)
}

function unmet(path: string, needs: ElfNeeds, view: View, arch: Architecture): string[] {
  const { machine, triplet } = ARCHITECTURES[arch]
  if (needs.machine !== machine) return [`a machine that is not ${arch}`]
  const origin = posix.dirname(path)
  const own = needs.runpath.map((dir) => dir.replace(/\$ORIGIN|\$\{ORIGIN\}/, `/${origin}`))
  const folders = [...own, `/usr/lib/${triplet}`, '/usr/lib', '/usr/lib64', `/lib/${triplet}`] // ld.so(8)
  const there = (name: string): boolean => view.get(resolvePath(view, name, true))?.kind === 'file'
  const libraries = needs.needed.filter((name) => !folders.some((folder) => there(`${folder}/${name}`)))
  const interpreter = needs.interpreter === undefined || there(needs.interpreter) ? [] : [needs.interpreter]
  return [...libraries, ...interpreter]
}
