import { describe, expect, it } from 'vitest'
import type { HostedAsset, HostedRelease } from '../../scripts/lib/core/hosted.ts'
import { authorshipOf, signBody } from '../../scripts/publish/marker.ts'
import { foreignDrafts, type OurRelease, reconcile, reconcileAssets } from '../../scripts/publish/reconcile.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const ours: OurRelease = {
  tag: 'v1.5.0',
  body: signBody('Notes'),
  assets: [
    { name: 'one.deb', size: 10, sha256: A },
    { name: 'two.whl', size: 20, sha256: B },
  ],
}

let lastId = 0
function asset(change: Partial<HostedAsset> = {}): HostedAsset {
  lastId += 1
  return { id: lastId, name: 'one.deb', label: '', state: 'uploaded', size: 10, digest: `sha256:${A}`, ...change }
}

const two = (): HostedAsset => asset({ name: 'two.whl', size: 20, digest: `sha256:${B}` })

function release(change: Partial<HostedRelease> = {}): HostedRelease {
  lastId += 1
  const base = { id: lastId, tag: 'v1.5.0', body: ours.body, draft: true, immutable: false, page: '', uploadUrl: '' }
  return { ...base, assets: [], ...change }
}

describe('one file', () => {
  it.each([
    ['missing', undefined, 'upload', 'upload', 'refuse'],
    ['equal', {}, 'keep', 'keep', 'keep'],
    ['of the same size without a digest', { digest: undefined }, 'compare', 'compare', 'compare'],
    ['of another size without a digest', { digest: undefined, size: 9 }, 'replace', 'refuse', 'refuse'],
    ['a starter', { state: 'starter', size: 0, digest: undefined }, 'replace', 'replace', 'refuse'],
    ['open', { state: 'open' }, 'replace', 'replace', 'refuse'],
    ['truncated', { size: 4, digest: `sha256:${B}` }, 'replace', 'refuse', 'refuse'],
    ['of other bytes', { digest: `sha256:${B}` }, 'replace', 'refuse', 'refuse'],
    ['of another hash with the same digits', { digest: `sha512:${A}` }, 'replace', 'refuse', 'refuse'],
  ] as const)('that is %s: in a draft, in a public release, in an immutable one', (_, change, draft, open, frozen) => {
    const theirs = change === undefined ? [] : [asset(change)]
    const [first] = ours.assets
    if (first === undefined) throw new Error('no file')
    const steps = (['draft', 'public', 'frozen'] as const).map(
      (lifecycle) => reconcileAssets([first], theirs, lifecycle)[0]?.step,
    )
    expect(steps).toEqual([draft, open, frozen])
  })
})

describe('files that the release does not promise', () => {
  it.each([
    ['a renamed upload of ours goes', { name: 'one.1.deb', label: 'one.deb' }, 'remove'],
    ['a broken upload goes', { name: 'gone.zip', state: 'starter' }, 'remove'],
    ["a person's file stands in the way", { name: 'screenshot.png' }, 'refuse'],
  ] as const)('in a draft: %s', (_, change, step) => {
    const steps = reconcileAssets(ours.assets, [asset(), two(), asset(change)], 'draft')
    expect(steps.map((item) => item.step)).toEqual(['keep', 'keep', step])
  })

  it('in a public release: they are left alone', () => {
    const steps = reconcileAssets(ours.assets, [asset(), two(), asset({ name: 'attestation.json' })], 'public')
    expect(steps.map(({ step }) => step)).toEqual(['keep', 'keep'])
  })
})

describe('the release of a tag', () => {
  it('is created where there is none', () => {
    expect(reconcile(ours, [])).toMatchObject({ kind: 'create', stale: [] })
  })

  it('is the fullest of several drafts of ours; the others are stale', () => {
    const [empty, full, half] = [release(), release({ assets: [asset(), two()] }), release({ assets: [asset()] })]
    expect(reconcile(ours, [empty, full, half])).toMatchObject({
      kind: 'continue',
      release: full,
      stale: [empty, half],
    })
  })

  it('is the older of two equal drafts, so that two runs choose the same', () => {
    const [older, newer] = [release(), release()]
    expect(reconcile(ours, [newer, older])).toMatchObject({ release: older, stale: [newer] })
  })

  it('is never a draft that somebody else wrote', () => {
    const foreign = release({ body: 'Prepared by hand' })
    expect(reconcile(ours, [foreign])).toMatchObject({ kind: 'create', stale: [] })
    expect(foreignDrafts(ours, [foreign, release()])).toEqual([foreign])
  })

  it('is a draft whose text was thrown away but which holds our bytes', () => {
    const draft = release({ body: 'Rewritten', assets: [asset()] })
    expect(reconcile(ours, [draft])).toMatchObject({ kind: 'continue', release: draft, body: 'keep' })
  })

  it('is the public one where there is one, and drafts of ours beside it are stale', () => {
    const [draft, open] = [release(), release({ draft: false, assets: [asset(), two()] })]
    expect(reconcile(ours, [draft, open])).toMatchObject({ kind: 'continue', release: open, stale: [draft] })
  })

  it('is refused, naming the files, when it is public with other bytes', () => {
    const open = release({ draft: false, assets: [asset({ digest: `sha256:${B}` }), two()] })
    expect(reconcile(ours, [open])).toMatchObject({ kind: 'refuse', refused: [{ name: 'one.deb' }] })
  })

  it('is refused when it is immutable and something is missing', () => {
    const frozen = release({ draft: false, immutable: true, assets: [asset()] })
    expect(reconcile(ours, [frozen])).toMatchObject({ kind: 'refuse', refused: [{ name: 'two.whl' }] })
  })
})

describe('the text of a draft', () => {
  it('is replaced when Slipway wrote it and would write it otherwise now', () => {
    expect(reconcile(ours, [release({ body: signBody('Old notes') })])).toMatchObject({ body: 'replace' })
  })

  it('is kept when a person edited it', () => {
    const edited = signBody('Old notes').replace('Old', 'Better')
    expect(authorshipOf(edited)).toBe('edited')
    expect(reconcile(ours, [release({ body: edited })])).toMatchObject({ body: 'keep' })
  })

  it('counts as unedited when only the line ends changed', () => {
    const body = signBody('Old\nnotes')
    expect(authorshipOf(body.replaceAll('\n', '\r\n'))).toBe('own')
  })

  it('is left alone when the release is public', () => {
    const open = release({ draft: false, body: signBody('Old notes'), assets: [asset(), two()] })
    expect(reconcile(ours, [open])).toMatchObject({ body: 'keep' })
  })
})
