import { expect, it } from 'vitest'
import { type RunResult, renderRun } from '../../../scripts/lib/core/summary.ts'

const RESULT: RunResult = {
  version: '1.0.0',
  files: ['app-1.0.0.tgz', 'SHA256SUMS'].map((name) => ({
    name,
    size: 6500,
    sha256: 'ab'.repeat(32),
    checks: 'unchanged',
  })),
  pulls: [],
  refused: [],
  publishing: ['upload 2 files to a draft release v1.0.0 in o/r', 'make the release public'],
  notices: [],
  again: [],
}

it('says where the files are, and what publishing would do', () => {
  expect(renderRun(RESULT, 'dist')).toBe(`file             size  sha256            checks
app-1.0.0.tgz  6.5 kB  abababababababab  unchanged
SHA256SUMS     6.5 kB  abababababababab  unchanged

All 2 files, 13.0 kB, are in dist/artifacts. Nothing was sent anywhere.

Publishing would:
  1. upload 2 files to a draft release v1.0.0 in o/r
  2. make the release public`)
})

it('says why a trial cannot be published', () => {
  const trial = { ...RESULT, refused: ['it is a trial'], notices: ['trial: no release tag is at HEAD'] }
  expect(renderRun(trial, 'dist')).toContain(`! trial: no release tag is at HEAD

All 2 files, 13.0 kB, are in dist/artifacts. Nothing was sent anywhere.

This cannot be published: it is a trial. Otherwise publishing would:
  1. `)
})

it('ends with the commands that are left after a failure', () => {
  expect(renderRun({ ...RESULT, again: ['slipway build deb', 'slipway prove'] }, '/tmp/d')).toMatch(
    /Nothing is public\..*\n\n {2}slipway build deb --out \/tmp\/d\n {2}slipway prove --out \/tmp\/d$/,
  )
})
