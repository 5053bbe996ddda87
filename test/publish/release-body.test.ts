import { describe, expect, it } from 'vitest'
import { changelogSection } from '../../scripts/lib/core/changelog.ts'
import { spellVersion } from '../../scripts/lib/core/version.ts'
import { signBody } from '../../scripts/publish/marker.ts'
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
    changelog: CHANGELOG,
    downloads: 'https://github.com/demo/demo/releases/download/v1.5.0',
    assets: [
      asset('demo_1.5.0-1_all.deb', 'application/vnd.debian.binary-package'),
      asset('demo-deps-py3.11_1.5.0-1_amd64.deb', 'application/vnd.debian.binary-package'),
      asset('demo-deps-py3.13_1.5.0-1_amd64.deb', 'application/vnd.debian.binary-package'),
      asset('demo-1.5.0-py3-none-any.whl', 'application/x-wheel+zip'),
      asset('demo-1.5.0.tgz', 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'),
    ],
    images: ['ghcr.io/demo/demo:1.5.0-lean'],
  }

  it('tells the changes, how to install each channel, and every file', async () => {
    await expect(renderBody(parts)).toMatchFileSnapshot('../golden/publish/release-body.md')
  })

  it('stays below the limit of GitHub, whatever the changelog holds', () => {
    const body = renderBody({ ...parts, changelog: `## 1.5.0\n${'- change\n'.repeat(30_000)}` })
    expect(signBody(body).length).toBeLessThanOrEqual(125_000)
    expect(body).toContain('… the rest is in CHANGELOG.md.')
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
