import { createHash } from 'node:crypto'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import type { ArchiveEntry } from '../../scripts/lib/archive/entry.ts'
import { fileEntry, withDirectories } from '../../scripts/lib/archive/entry.ts'
import { type Row, seeded, seededBytes } from '../support/archives.ts'

export const EPOCH = 1_700_000_000

/** One of each thing that has ever broken an archive writer. */
export const HARD_ENTRIES: readonly ArchiveEntry[] = withDirectories([
  fileEntry('empty', ''),
  fileEntry('plain.txt', 'plain\n'),
  fileEntry('bin/run', '#!/bin/sh\n', 0o755),
  fileEntry('block', 'x'.repeat(512)),
  fileEntry('over-block', 'x'.repeat(513)),
  fileEntry(`${'d'.repeat(60)}/${'e'.repeat(60)}/over 100`, 'a'),
  fileEntry(`${'d'.repeat(90)}/${'f'.repeat(100)}`, 'b'),
  fileEntry(`${'d'.repeat(90)}/${'f'.repeat(101)}`, 'c'),
  fileEntry(`${'deep/'.repeat(60)}over 255`, 'd'),
  fileEntry(`${'n'.repeat(100)}`, 'exactly 100'),
  fileEntry(`${'m'.repeat(101)}`, 'one component of 101'),
  fileEntry('locale/größe-日本語.mo', 'non-ASCII'),
  fileEntry(`${'ü'.repeat(70)}/${'ß'.repeat(70)}`, 'long and non-ASCII'),
  fileEntry('.hidden/.vite/manifest.json', '{}\n'),
  { kind: 'link', path: 'link', target: 'plain.txt' },
  { kind: 'link', path: 'link-long', target: `${'t'.repeat(120)}/file` },
  { kind: 'link', path: 'link-größe', target: '../größe' },
  { kind: 'link', path: `${'l'.repeat(120)}`, target: `${'u'.repeat(300)}` },
])

/** A tree that follows from its seed: nested folders, odd names, sizes around the block, links. */
export function randomEntries(seed: number, count = 60): ArchiveEntry[] {
  const random = seeded(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  const name = (): string => pick(['a', 'app', 'static', 'é', '日本', 'a b', 'x'.repeat(40), '.dot', '_', '~t'])
  const entries = Array.from({ length: count }, (_, index): ArchiveEntry => {
    const folders = Array.from({ length: Math.floor(random() * 6) }, name)
    const path = [...folders, `${name()}${index}`].join('/')
    if (random() < 0.15) return { kind: 'link', path, target: pick(['..', 'x/y', 'é'.repeat(80), '/etc/app']) }
    const size = pick([0, 1, 511, 512, 513, 1024, 4000])
    return fileEntry(path, seededBytes(random, size, 20), random() < 0.2 ? 0o755 : 0o644)
  })
  return withDirectories(entries)
}

/** What Python must find of these entries in a tar. */
export async function expectedRows(entries: readonly ArchiveEntry[]): Promise<Partial<Row>[]> {
  return Promise.all(
    entries.map(async (entry) => {
      const common = { path: entry.path, kind: entry.kind, time: EPOCH }
      if (entry.kind === 'link') return { ...common, mode: 0o777, target: entry.target, size: 0, sha256: '' }
      if (entry.kind === 'directory') return { ...common, mode: entry.mode, target: '', size: 0, sha256: '' }
      const sha256 = createHash('sha256')
        .update(await contentOfEntry(entry))
        .digest('hex')
      return { ...common, mode: entry.mode, target: '', size: entry.size, sha256 }
    }),
  )
}

async function contentOfEntry(entry: Extract<ArchiveEntry, { kind: 'file' }>): Promise<Uint8Array> {
  const content = entry.read()
  return content instanceof Promise ? content : gather(content)
}
