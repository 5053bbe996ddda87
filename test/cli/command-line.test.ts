import { describe, expect, it } from 'vitest'
import { parseArguments, renderHelp, type Verb } from '../../scripts/lib/io/command-line.ts'
import { verbs as all } from '../../scripts/slipway.ts'
import { slipway } from '../support/release.ts'

const bake: Verb = {
  name: 'bake',
  summary: 'Bakes.',
  positional: '[LOAF …]',
  options: [
    { name: 'out', value: 'DIR', help: 'where to' },
    { name: 'json', help: 'as JSON' },
  ],
  examples: ['slipway bake rye'],
  run: async () => undefined,
}

describe('the words after a verb', () => {
  it('are options with values, switches, lists and loaves', () => {
    const args = parseArguments(bake, ['rye', '--out', 'a', '--json', 'oat', '--out=b,c'])
    expect(args.positional).toEqual(['rye', 'oat'])
    expect(args.text('out')).toBe('b,c')
    expect(args.list('out')).toEqual(['b', 'c'])
    expect(args.has('json')).toBe(true)
    expect(parseArguments(bake, []).text('out')).toBeUndefined()
  })

  it.each([
    [['--ouy', 'x'], 'bake has no option --ouy', 'Did you mean --out?'],
    [['--zebra'], 'bake has no option --zebra', 'See `slipway bake --help`.'],
  ])('%j are refused with advice', (words, message, hint) => {
    expect(() => parseArguments(bake, words)).toThrow(expect.objectContaining({ code: 'USAGE', message, hint }))
  })

  it('are refused where an option lacks its value or a verb takes no words', () => {
    expect(() => parseArguments(bake, ['--out', '']).text('out')).toThrow('--out wants a value')
    const { positional: _none, ...wordless } = bake
    expect(() => parseArguments(wordless, ['rye'])).toThrow('bake takes no word like "rye"')
  })

  it('have a page', () => {
    expect(renderHelp(bake)).toBe(
      [
        'Bakes.',
        '',
        'Usage: slipway bake [LOAF …] [options]',
        '',
        'Options:',
        '  --out DIR  where to',
        '  --json     as JSON',
        '  --help     show this page',
        '',
        'Examples:',
        '  slipway bake rye',
        '',
      ].join('\n'),
    )
  })
})

describe('the command line', () => {
  it('shows every verb, and every verb has a page with examples', async () => {
    const { stdout, exitCode } = await slipway(['--help'])
    expect(exitCode).toBe(0)
    const verbs = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name]) => name ?? '')
    expect(verbs).toEqual(expect.arrayContaining(['check', 'dry-run', 'plan', 'static', 'prove', 'seal', 'publish']))
    expect(verbs).toEqual(all.map(({ name }) => name))
    for (const verb of all) {
      expect(renderHelp(verb)).toContain(`Usage: slipway ${verb.name}`)
      expect(renderHelp(verb)).toMatch(/Examples:\n {2}\S/)
    }
  })

  it('ends with 2 on a mistyped verb and names the nearest', async () => {
    const { exitCode, stderr, stdout } = await slipway(['pln'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('there is no verb pln')
    expect(stderr).toContain('Did you mean `slipway plan`?')
  })

  it('says which stage is missing and how to run it', async () => {
    const { exitCode, stderr } = await slipway(['prove', '--out', '/nonexistent/dist'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('STAGE_MISSING')
    expect(stderr).toContain('Run `slipway plan` first.')
  })

  it('annotates the line for GitHub Actions', async () => {
    const { stderr } = await slipway(['prove', '--out', '/nonexistent/dist'], { env: { GITHUB_ACTIONS: 'true' } })
    expect(stderr).toContain('::error::STAGE_MISSING')
  })
})
