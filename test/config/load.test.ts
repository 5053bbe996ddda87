import { describe, expect, it } from 'vitest'
import { type Config, loadConfig, readConfig, renderFinding } from '../../scripts/lib/core/config/load.ts'
import { FORMATS, VALID } from './valid.ts'
import { WRONG_MEANINGS } from './wrong-meanings.ts'
import { WRONG_SHAPES } from './wrong-shapes.ts'
import { WRONG_TEXTS } from './wrong-texts.ts'

const NAME = 'slipway.yaml'

function linesOf(text: string): readonly string[] {
  const { findings } = readConfig(text, NAME, FORMATS)
  return findings.flatMap((finding) => renderFinding(finding).split('\n')).map((line) => line.replace(/^ {4}/, '  '))
}

const load = (text: string): Config => loadConfig(text, NAME, FORMATS)

describe('a wrong configuration', () => {
  it.each([...WRONG_SHAPES, ...WRONG_TEXTS, ...WRONG_MEANINGS])('$rule', ({ from, to, says }) => {
    expect(VALID).toContain(from)
    expect(linesOf(VALID.replace(from, () => to))).toEqual(says)
  })

  it('is refused with all findings at once, in the order of the file', () => {
    const wrong = VALID.replace('name: shelf', 'name: My Shelf')
      .replace('native: true', 'native: perhaps')
      .replace('port: 8000', 'port: 80')
      .replace('deb:', 'rpm:')
    expect(linesOf(wrong).filter((line) => line.startsWith(NAME))).toEqual([
      'slipway.yaml:3:3 app.name: is no Debian package name: lower-case letters, digits, + - . and at least two characters',
      'slipway.yaml:17:3 python.native: must be true or false, not the text "perhaps"',
      'slipway.yaml:26:7 runtime.services[0].port: must be at least 1024',
      'slipway.yaml:32:1 rpm: is no section and no format',
    ])
    expect(() => load(wrong)).toThrow('4 things are wrong in slipway.yaml')
  })

  it('is told by place also where a fault lies behind an anchor', () => {
    const anchored = VALID.replace('[manage.py, shelf/**]', '&all [manage.py, /etc/**]').replace(
      '  collect:',
      '  exclude: *all\n  collect:',
    )
    expect(linesOf(anchored).filter((line) => line.startsWith(NAME))).toEqual([
      'slipway.yaml:18:29 python.include[1]: "/etc/**" is absolute',
      'slipway.yaml:19:3 python.exclude[1]: "/etc/**" is absolute',
    ])
  })
})

describe('a right configuration', () => {
  it('has its defaults filled in', () => {
    const { facts, version, sections } = load(VALID)
    expect(facts.app).toMatchObject({
      title: 'shelf',
      description: 'Books and who has them',
      licenseFiles: ['LICENSE'],
    })
    expect(facts.app.maintainer).toEqual({ name: 'Ada Reader', email: 'ada@shelf.example' })
    expect(facts.frontends[0]).toMatchObject({ builder: 'npm', build: ['run', 'build'], expect: [], environment: {} })
    expect(facts.python).toMatchObject({ backend: 'generated', exclude: [], allow: [], requirements: [] })
    expect(facts.deps).toEqual({ wheels: [], floor: 'manylinux_2_28' })
    expect(version).toMatchObject({ tag: 'v{version}', revision: 1 })
    expect(sections).toEqual({ deb: { pythons: ['3.11'] } })
  })

  it('may use anchors and aliases', () => {
    const anchored = VALID.replace('[manage.py, shelf/**]', '&all [manage.py, shelf/**]').replace(
      'native: true',
      'native: true\n  allow: [shelf/keys.py]',
    )
    expect(load(`${anchored}helm: {}\n`).sections).toHaveProperty('helm')
    expect(load(anchored.replace('  collect:', '  translations: *all\n  collect:')).facts.python.translations).toEqual([
      'manage.py',
      'shelf/**',
    ])
  })

  it('whose back end is its own need not say what is installed', () => {
    const own = VALID.replace('  include: [manage.py, shelf/**]\n', '  backend: own\n')
    expect(load(own).facts.python).toMatchObject({ backend: 'own', include: [] })
  })

  it('leaves a format without its section out', () => {
    expect(Object.keys(load(VALID).sections)).toEqual(['deb'])
  })

  it('may write a section of a format without anything in it', () => {
    expect(load(`${VALID}helm:\n`).sections).toEqual({ deb: { pythons: ['3.11'] }, helm: {} })
  })
})
