import { describe, expect, it } from 'vitest'
import { renderChangelog, renderNews } from '../../scripts/deb/changelog.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { withFile } from '../support/archives.ts'
import { sampleFacts } from '../support/facts.ts'
import { itWith } from '../support/tool.ts'

const NOTES = `Better in every way,
and faster.

### Added

- Notes are encrypted with the installation's own key, which nobody but the administrator of the machine can read.
- Files
  by drag and drop

### Upgrade notes

- Set ALLOWED_HOSTS.
`

const facts = sampleFacts()

describe('the changelog of the packages', () => {
  it('is the section of the version, folded as Debian folds it', () => {
    expect(renderChangelog(facts, 'satchel', NOTES).split('\n').slice(2, -3)).toEqual([
      '  * Version 1.2.0.',
      '  * Better in every way, and faster.',
      '  [ Added ]',
      "  * Notes are encrypted with the installation's own key, which nobody but the",
      '    administrator of the machine can read.',
      '  * Files by drag and drop',
      '  [ Upgrade notes ]',
      '  * Set ALLOWED_HOSTS.',
    ])
  })

  it('names the place of the news where the project keeps no changelog', () => {
    expect(renderChangelog(facts, 'satchel', '')).toContain(
      '  * Version 1.2.0. What is new:\n    https://satchel.example\n',
    )
  })

  itWith(['dpkg-parsechangelog'], 'is what dpkg reads', async () => {
    await withFile(Buffer.from(renderChangelog(facts, 'satchel', NOTES)), async (file) => {
      const said = await run(['dpkg-parsechangelog', '--file', file])
      expect(said).toContain('Version: 1.2.0-1\n')
      expect(said).toContain('Date: Tue, 14 Nov 2023 22:13:20 +0000\n')
      expect(said).toContain('   * Files by drag and drop\n')
    })
  })
})

describe('the news of the packages', () => {
  it('are the notes for an upgrade alone', () => {
    const lines = (renderNews(facts, NOTES) ?? '').split('\n')
    expect(lines.slice(0, 3)).toEqual(['satchel (1.2.0-1) stable; urgency=medium', '', '  * Set ALLOWED_HOSTS.'])
  })

  it('are left out where nothing is to be done', () => {
    expect(renderNews(facts, '- Faster')).toBeUndefined()
  })
})
