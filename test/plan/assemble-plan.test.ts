import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Output } from '../../scripts/lib/core/artifact.ts'
import { assemblePlan } from '../../scripts/lib/core/assemble-plan.ts'
import { loadConfig } from '../../scripts/lib/core/config/load.ts'
import { type BaseRequest, defineFormat, type Format } from '../../scripts/lib/core/format.ts'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import { renderMatrix, renderPlan } from '../../scripts/lib/core/render-plan.ts'
import { spelled, spellVersion } from '../../scripts/lib/core/version.ts'
import { FORMATS, VALID } from '../config/valid.ts'

interface Choice {
  readonly text?: string
  readonly formats?: readonly Format[]
  readonly version?: string
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
}

function assemble({ text = VALID, formats = FORMATS, version = '1.2.0', only = [], skip = [] }: Choice): Plan {
  const config = loadConfig(text, 'slipway.yaml', formats)
  const facts = {
    ...config.facts,
    version: spellVersion(version, `v${version}`),
    commit: 'c'.repeat(40),
    epoch: 0,
    trial: false,
    tools: { node: { web: '22.23.3' }, managers: { web: 'npm@10.9.9' }, uv: '0.13.8' },
  }
  const checkout = { kind: 'git', project: '' } as const
  const inputs = { schema: 1, files: [] } as const
  return assemblePlan({ facts, config, formats, selection: { only, skip }, inputs, checkout, history: [], notices: [] })
}

const names = (plan: Plan): readonly string[] => plan.formats.map(({ name }) => name)

/** A format that promises what it is told to. */
function promising(name: string, promised: () => readonly Output[], bases: readonly BaseRequest[] = []): Format {
  return defineFormat({
    name,
    needs: [],
    schema: z.strictObject({}),
    check: () => [],
    outputs: promised,
    targets: () => [],
    bases: () => bases,
    build: async () => undefined,
  })
}

const file = (name: string): Output => ({ kind: 'file', name, mediaType: 'text/plain', carries: 'none' })

describe('the formats of a plan', () => {
  const both = `${VALID}helm: {}\n`

  it('are those with a section', () => {
    expect(names(assemble({}))).toEqual(['deb'])
    expect(names(assemble({ text: both }))).toEqual(['deb', 'helm'])
  })

  it('always hold the source archives and the papers', () => {
    const always = [promising('tarballs', () => []), promising('papers', () => [])]
    expect(names(assemble({ formats: [...FORMATS, ...always] }))).toEqual(['deb', 'tarballs', 'papers'])
  })

  it('are with --only those named and what they need', () => {
    expect(names(assemble({ text: both, only: ['helm'] }))).toEqual(['deb', 'helm'])
    expect(names(assemble({ text: both, only: ['deb'] }))).toEqual(['deb'])
  })

  it('are with --skip those left that need nothing of what is skipped, and the plan says so', () => {
    expect(names(assemble({ text: both, skip: ['helm'] }))).toEqual(['deb'])
    const plan = assemble({ text: both, skip: ['deb'] })
    expect({ names: names(plan), notices: plan.notices }).toEqual({
      names: [],
      notices: ['helm is left out: it needs deb'],
    })
  })

  it('that are not known are refused with those that are', () => {
    expect(() => assemble({ only: ['dep'] })).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'Did you mean deb? Known: deb, helm.' }),
    )
    expect(() => assemble({ only: ['helm'] })).toThrow('the configuration has no section helm')
  })

  it('are refused where one needs another that has no section', () => {
    const alone = both.replace('deb:\n  pythons: ["3.11"]\n', '')
    expect(() => assemble({ text: alone })).toThrow(
      'slipway.yaml:34:1 helm: needs the format deb, which has no section\n    Add `deb:`, or remove `helm:`.',
    )
  })
})

describe('a plan is refused', () => {
  it('with what a room says of its section, at its place in the file', () => {
    expect(() => assemble({ text: VALID.replace('["3.11"]', '["3.11", "2.7"]') })).toThrow(
      'one thing is wrong in slipway.yaml\n  slipway.yaml:33:21 deb.pythons[1]: shelf cannot run on 2.7',
    )
  })

  it('where two formats promise one name', () => {
    const formats = [...FORMATS, promising('a', () => [file('x.txt')]), promising('b', () => [file('x.txt')])]
    expect(() => assemble({ text: `${VALID}a:\nb:\n`, formats })).toThrow('a and b both promise x.txt')
  })

  it('where a format promises a name of Slipway itself', () => {
    const formats = [...FORMATS, promising('a', () => [file('SHA256SUMS')])]
    expect(() => assemble({ text: `${VALID}a:\n`, formats })).toThrow('a and slipway itself both promise SHA256SUMS')
  })

  it.each(['x~rc1.deb', '.hidden', 'a b', 'a+b', 'ä.txt'])('where GitHub would rename %s', (name) => {
    const formats = [...FORMATS, promising('a', () => [file(name)])]
    expect(() => assemble({ text: `${VALID}a:\n`, formats })).toThrow('which GitHub would rename')
  })

  it('where planned ecosystems cannot spell the version, all at once', () => {
    const version = spellVersion('1.2.0.post1')
    const chart = (name: string): Format => promising(name, () => [file(spelled(version, 'semver'))])
    const choice = { text: `${VALID}a:\nb:\n`, formats: [...FORMATS, chart('a'), chart('b')], version: '1.2.0.post1' }
    const reason = '1.2.0.post1 has no SemVer spelling: SemVer has nothing after a release but the next one'
    expect(() => assemble(choice)).toThrow(
      expect.objectContaining({ code: 'VERSION_UNSPELLABLE', message: `a: ${reason}\n  b: ${reason}` }),
    )
    expect(names(assemble({ ...choice, only: ['deb'] }))).toEqual(['deb'])
  })

  it('where two formats want different image bases under one name', () => {
    const base = (suite: string): BaseRequest => ({ kind: 'debian', name: 'lean', suite, layers: [], platforms: [] })
    const formats = [
      ...FORMATS,
      promising('a', () => [], [base('trixie')]),
      promising('b', () => [], [base('bookworm')]),
    ]
    expect(() => assemble({ text: `${VALID}a:\nb:\n`, formats })).toThrow('different image bases under the name lean')
    const same = [...FORMATS, promising('a', () => [], [base('trixie')]), promising('b', () => [], [base('trixie')])]
    expect(assemble({ text: `${VALID}a:\nb:\n`, formats: same }).bases).toEqual([base('trixie')])
  })
})

describe('a plan is shown', () => {
  it('to a person as a table', () => {
    expect(renderPlan(assemble({ text: `${VALID}helm: {}\n` }))).toBe(
      [
        'shelf 1.2.0 (commit cccccccccccc)',
        'web: Node 22.23.3, npm@10.9.9',
        '',
        'name            format  platform',
        'shelf-3.11.deb  deb     any',
        'shelf.tgz       helm    any',
        'release.json    seal    any',
        'SHA256SUMS      seal    any',
      ].join('\n'),
    )
  })

  it('to a workflow as two waves', () => {
    expect(renderMatrix(assemble({ text: `${VALID}helm: {}\n` }))).toBe(
      'first=[{"format":"deb"}]\nsecond=[{"format":"helm"}]',
    )
  })
})
