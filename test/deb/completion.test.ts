import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { completionEntries } from '../../scripts/deb/completion.ts'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { contentOf } from '../../scripts/lib/archive/entry.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { temporaryFolder } from '../plan/repository.ts'
import { memoryWork } from '../support/work.ts'

const SCRIPT = join(import.meta.dirname, 'complete.sh')

/** What bash offers where the last of these words is being typed. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const root = temporaryFolder()
  for (const entry of await completionEntries(memoryWork())) {
    if (entry.kind !== 'file') continue
    mkdirSync(join(root, entry.path, '..'), { recursive: true })
    writeFileSync(join(root, entry.path), await gather(contentOf(entry)))
  }
  writeFileSync(join(root, 'notes.txt'), '')
  const env = { PATH: process.env['PATH'] ?? '', SLIPWAY_COMPLETION: join(root, 'usr/share/satchel/completion') }
  const said = await run(['bash', SCRIPT, root, ...words], { cwd: root, env })
  return said.trimEnd().split('\n')
}

describe('completion in bash', () => {
  it('offers verbs', async () => {
    expect(await offered('m')).toEqual(['migrate', 'manage'])
    expect(await offered('--config', '/a', 'cr')).toEqual(['createsuperuser'])
    expect(await offered('--i')).toEqual(['--instance'])
  })

  it('offers services behind the verbs that take one', async () => {
    expect(await offered('run', '')).toEqual(['web'])
    expect(await offered('check', '')).toEqual([''])
  })

  it('offers files where the words are the command’s own', async () => {
    expect(await offered('python', 'no')).toEqual(['notes.txt'])
    expect(await offered('--config', 'no')).toEqual(['notes.txt'])
  })
})
