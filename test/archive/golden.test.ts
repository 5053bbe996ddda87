import { join } from 'node:path'
import { list } from 'tar'
import { describe, expect, it } from 'vitest'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { gzip } from '../../scripts/lib/archive/gzip.ts'
import { tar } from '../../scripts/lib/archive/tar.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { elsewhere } from '../support/work.ts'
import { archiveDigests } from './print-digests.ts'
import { EPOCH, HARD_ENTRIES } from './tree.ts'

describe('the archives of one fixed tree', () => {
  it('have the bytes they always had: a Node that compresses otherwise is seen here', async () => {
    const text = `${JSON.stringify(await archiveDigests(), null, 2)}\n`
    await expect(text).toMatchFileSnapshot('../golden/archive/digests.json')
  })

  it('are the same under another time zone, language and umask', async () => {
    expect(await elsewhere(archiveDigests)).toEqual(await archiveDigests())
  })

  it.each(['1', '4'])('are the same in a process with %s compressing threads', async (threads) => {
    const script = join(import.meta.dirname, 'print-digests.ts')
    const said = await run([process.execPath, script], { env: { UV_THREADPOOL_SIZE: threads } })
    expect(JSON.parse(said)).toEqual(await archiveDigests())
  })

  it.each(['gnu', 'pax', 'ustar'] as const)('are read by node-tar in the %s dialect', async (dialect) => {
    const seen: unknown[] = []
    const parser = list({
      strict: true,
      onReadEntry: ({ path, type, mode, linkpath }) => seen.push({ path, type, mode, target: linkpath ?? '' }),
    })
    const done = new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject))
    parser.end(Buffer.from(await gather(gzip(tar(HARD_ENTRIES, { dialect, epoch: EPOCH, owner: '' })))))
    await done
    const types = { file: 'File', directory: 'Directory', link: 'SymbolicLink' }
    expect(seen).toEqual(
      HARD_ENTRIES.map((entry) => ({
        path: entry.kind === 'directory' ? `${entry.path}/` : entry.path,
        type: types[entry.kind],
        mode: entry.kind === 'link' ? 0o777 : entry.mode,
        target: entry.kind === 'link' ? entry.target : '',
      })),
    )
  })
})
