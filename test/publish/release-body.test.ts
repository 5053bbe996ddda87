import { describe, expect, it } from 'vitest'
import { changelogSection } from '../../scripts/lib/core/changelog.ts'
import { spellVersion } from '../../scripts/lib/core/version.ts'
import { signBody } from '../../scripts/publish/marker.ts'
import { notesOf, shorten } from '../../scripts/publish/notes.ts'
import { type BodyParts, renderBody } from '../../scripts/publish/release-body.ts'
import { planOf } from '../support/finished-dist.ts'

const CHANGELOG = `# Changelog

## [1.5.0] - 2026-11-01

### Added

- Notes are encrypted.

## v1.4.0

- First.

## 1.3.0rc1 (2026-01-01)
Trial.
`

describe('the section of a version in a changelog', () => {
  it.each([
    ['1.5.0', '### Added\n\n- Notes are encrypted.'],
    ['1.4.0', '- First.'],
    ['1.3.0rc1', 'Trial.'],
    ['1.5', ''],
    ['1.3.0', ''],
  ])('of %s', (version, section) => {
    expect(changelogSection(CHANGELOG, version)).toBe(section)
    expect(changelogSection(CHANGELOG.replaceAll('\n', '\r\n'), version)).toBe(section)
  })
})

describe('the text of a release', () => {
  const asset = (name: string, mediaType: string): BodyParts['assets'][number] => ({
    name,
    mediaType,
    size: 1_500_000,
    sha256: 'c'.repeat(64),
  })
  const parts: BodyParts = {
    facts: { ...planOf([], {}).facts, version: spellVersion('1.5.0', 'v1.5.0') },
    notes: { file: CHANGELOG, chosen: false, commits: [] },
    repository: 'demo/demo',
    page: 'https://github.com/demo/demo',
    downloads: 'https://github.com/demo/demo/releases/download/v1.5.0',
    assets: [
      asset('demo_1.5.0-1_all.deb', 'application/vnd.debian.binary-package'),
      asset('demo-deps-py3.11_1.5.0-1_amd64.deb', 'application/vnd.debian.binary-package'),
      asset('demo-deps-py3.13_1.5.0-1_amd64.deb', 'application/vnd.debian.binary-package'),
      asset('demo-1.5.0-py3-none-any.whl', 'application/x-wheel+zip'),
      asset('demo-1.5.0.tgz', 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'),
    ],
    images: [{ reference: 'ghcr.io/demo/demo:1.5.0-lean', digest: `sha256:${'d'.repeat(64)}` }],
  }

  it('tells the changes, how to install each channel, and every file', async () => {
    await expect(renderBody(parts)).toMatchFileSnapshot('../golden/publish/release-body.md')
  })

  it('says of a file that the same tag gives it with other bytes', () => {
    const name = 'demo-1.5.0.oci.tar'
    const assets = [asset(name, 'application/vnd.oci.image.layout.v1.tar')]
    expect(renderBody({ ...parts, assets })).toContain(`| ${name} | Docker, Podman | `)
    expect(renderBody({ ...parts, assets, changing: [name] })).toContain(
      `| ${name} | Docker, Podman (not reproducible) | `,
    )
  })

  it('lists the files that differ from the release before, as many as fit', () => {
    const files = [
      { path: 'shelf/views.py', how: 'changed' },
      { path: 'web/<b>`x`</b>.js', how: 'added' },
      { path: 'old.py', how: 'removed' },
    ] as const
    expect(renderBody({ ...parts, changed: { since: 'v1.4.0', files } })).toMatch(
      /\n\n<details><summary>3 files changed since the release before<\/summary>\n\nhttps:\/\/github\.com\/demo\/demo\/compare\/v1\.4\.0\.\.\.v1\.5\.0 shows how they differ from `v1\.4\.0`\.\n\n- changed `shelf\/views\.py`\n- added ``web\/<b>`x`<\/b>\.js``\n- removed `old\.py`\n\n<\/details>$/,
    )
    const many = Array.from({ length: 400 }, (_, index) => ({ path: `f${index}`, how: 'added' as const }))
    expect(renderBody({ ...parts, changed: { since: 'v1.4.0', files: many } })).toContain('- … and 100 more')
  })

  it('tells the exact commands that verify attestations, where the workflow makes them', () => {
    expect(renderBody(parts)).not.toContain('gh attestation')
    expect(renderBody({ ...parts, facts: { ...parts.facts, attest: true } })).toContain(
      [
        '```sh',
        'gh attestation verify demo_1.5.0-1_all.deb --repo demo/demo --source-ref refs/tags/v1.5.0',
        'gh attestation verify oci://ghcr.io/demo/demo:1.5.0-lean --repo demo/demo --source-ref refs/tags/v1.5.0',
        '```',
      ].join('\n'),
    )
  })

  it('stays below the limit of GitHub, whatever the changelog holds', () => {
    const body = renderBody({
      ...parts,
      notes: { file: `## 1.5.0\n${'- change\n'.repeat(30_000)}`, chosen: false, commits: [] },
    })
    expect(signBody(body).length).toBeLessThanOrEqual(125_000)
    expect(body).toContain('… the rest is in the repository.')
    expect(body).toContain('demo-1.5.0.tgz')
  })

  it('stays below it with a thousand files, whose sums are then in SHA256SUMS alone', () => {
    const assets = Array.from({ length: 1000 }, (_, index) =>
      asset(`demo-part-${index}-of-a-thousand-parts-with-long-names.zip`, 'application/zip'),
    )
    const body = renderBody({ ...parts, assets })
    expect(body.length).toBeLessThanOrEqual(124_800)
    expect(body).toContain('1000 files; SHA256SUMS lists them all.')
    expect(body).toContain('Notes are encrypted.')
  })
})

describe('the words of a release', () => {
  const version = '1.5.0'
  const commits = ['fix: count notes', 'feat: encrypt']

  it('are the section of the changelog, whatever else there is', () => {
    expect(notesOf({ version, file: CHANGELOG, chosen: false, commits })).toBe('### Added\n\n- Notes are encrypted.')
    expect(notesOf({ version, file: CHANGELOG, chosen: true, commits })).toBe('### Added\n\n- Notes are encrypted.')
  })

  it('are the whole file that was named for them, unless it is a changelog of other versions', () => {
    expect(notesOf({ version, file: 'This one is large.\r\n', chosen: true, commits })).toBe('This one is large.')
    expect(notesOf({ version, file: '## 1.4.0\n- Old', chosen: true, commits: [] })).toBe('')
  })

  it('are the commits since the release before where no file has any', () => {
    const wanted = '## Changes\n\n- `fix: count notes`\n- `feat: encrypt`'
    expect(notesOf({ version, file: 'About this changelog.', chosen: false, commits })).toBe(wanted)
    expect(notesOf({ version, file: '', chosen: false, commits: [] })).toBe('')
  })

  it.each([
    ['HTML', 'fix <img src=x onerror=alert(1)>', '`fix <img src=x onerror=alert(1)>`'],
    ['a comment that would hide the rest', 'fix <!-- x', '`fix <!-- x`'],
    ['a mention and a reference', 'thanks @everybody, closes #1', '`thanks @everybody, closes #1`'],
    ['a link', '[sha256sum](https://evil.example)', '`[sha256sum](https://evil.example)`'],
    ['the end of a code span', 'a ` <b>', '``a ` <b>``'],
    ['only backticks', '```', '```` ``` ````'],
    ['an escape for terminals', 'a\u001b[31mb', '`a [31mb`'],
    ['text that runs backwards', 'a\u202egpj.exe', '`a gpj.exe`'],
  ])('show %s of a commit as it is written', (_, subject, shown) => {
    expect(notesOf({ version, file: '', chosen: false, commits: [subject] })).toBe(`## Changes\n\n- ${shown}`)
  })

  it('close a code block that they are cut in, so that what follows is not swallowed', () => {
    const cut = shorten(`\`\`\`sh\n${'echo\n'.repeat(100)}\`\`\`\n`, 200)
    expect(cut.length).toBeLessThanOrEqual(200)
    expect(cut).toMatch(/echo\n```\n\n… the rest is in the repository\.$/)
    expect(shorten('a\n'.repeat(100), 60)).toMatch(/a\n\n… the rest/)
  })
})
