import { describe, expect, it } from 'vitest'
import { movingReferences, standingOf } from '../../scripts/publish/moving-tags.ts'

describe('what becomes of a version among its siblings', () => {
  it.each([
    ['the first release', '1.0.0', [], ['1.0', '1', 'latest'], true],
    ['the newest release', '1.5.0', ['1.4.0', '1.4.1'], ['1.5', '1', 'latest'], true],
    ['a release listed in its own history', '1.5.0', ['1.4.0', '1.5.0'], ['1.5', '1', 'latest'], true],
    ['a back-port to an older minor', '1.4.2', ['1.4.1', '1.5.0'], ['1.4'], false],
    ['a back-port to an older major', '1.9.9', ['1.9.8', '2.0.0'], ['1.9', '1'], false],
    ['a back-port below a newer patch', '1.4.0', ['1.4.1'], [], false],
    ['a release older than pre-releases only', '1.5.0', ['1.6.0-rc.1', '2.0.0b1'], ['1.5', '1', 'latest'], true],
    [
      'a release after ten patches, by number and not by letter',
      '1.4.10',
      ['1.4.9', '1.4.2'],
      ['1.4', '1', 'latest'],
      true,
    ],
    ['a zero major, which promises nothing', '0.3.1', ['0.3.0', '0.2.0'], ['0.3', 'latest'], true],
    ['a zero minor back-port', '0.2.9', ['0.3.0'], ['0.2'], false],
    ['a calendar version', '2026.11.1', ['2026.10.4', '2025.1.0'], ['2026.11', '2026', 'latest'], true],
    ['a history with tags that are no versions', '1.5.0', ['nightly', 'old'], ['1.5', '1', 'latest'], true],
    ['a version of two numbers', '1.5', ['1.4'], ['1', 'latest'], true],
  ] as const)('%s: %s after %j', (_, version, history, moving, latest) => {
    expect(standingOf(version, history)).toEqual({ prerelease: false, latest, moving })
  })

  it.each(['1.5.0-rc.1', '1.5.0rc1', '1.5.0-beta.2', '1.5.0.dev3', '2.0.0a1'])(
    'a pre-release (%s) moves nothing and is never the latest',
    (version) => {
      expect(standingOf(version, ['1.4.0'])).toEqual({ prerelease: true, latest: false, moving: [] })
    },
  )
})

describe('the references that move', () => {
  it.each([
    ['ghcr.io/a/demo:1.5.0', ['ghcr.io/a/demo:1.5', 'ghcr.io/a/demo:latest']],
    ['ghcr.io/a/demo:1.5.0-lean', ['ghcr.io/a/demo:1.5-lean', 'ghcr.io/a/demo:latest-lean']],
    ['localhost:5000/demo:1.5.0-lean', ['localhost:5000/demo:1.5-lean', 'localhost:5000/demo:latest-lean']],
    ['ghcr.io/a/demo:other', []],
  ])('of %s', (reference, expected) => {
    expect(movingReferences(reference, '1.5.0', ['1.5', 'latest'])).toEqual(expected)
  })
})

describe('the tags of both images, the full one without a suffix and the lean one as its twin', () => {
  it.each([
    ['a release', '1.5.0', ['1.4.0'], ['1.5.0', '1.5', '1', 'latest']],
    ['a zero major', '0.3.1', ['0.3.0'], ['0.3.1', '0.3', 'latest']],
    ['a pre-release', '2.0.0-rc.1', ['1.5.0'], ['2.0.0-rc.1']],
    ['a patch of an older minor', '1.0.1', ['1.0.0', '1.1.0'], ['1.0.1', '1.0']],
    ['a patch of an older major', '1.1.1', ['1.1.0', '2.0.0'], ['1.1.1', '1.1', '1']],
  ] as const)('%s: %s after %j', (_, version, history, tags) => {
    const { moving } = standingOf(version, history)
    for (const suffix of ['', '-lean']) {
      const exact = `ghcr.io/a/demo:${version}${suffix}`
      const expected = tags.map((tag) => `ghcr.io/a/demo:${tag}${suffix}`)
      expect([exact, ...movingReferences(exact, version, moving)]).toEqual(expected)
    }
  })
})
