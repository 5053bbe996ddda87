import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileCatalog, compileTranslations } from '../../scripts/app/translations.ts'
import { scratch } from '../support/stage.ts'
import { itWith } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'

const catalogs: Readonly<Record<string, string>> = {
  plain: 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Yes"\nmsgstr "Ja"\n',
  fuzzyAndUntranslated: [
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"POT-Creation-Date: 2026-01-01 00:00+0000\\n"\n"X-Generator: hand\\n"\n',
    '#, fuzzy, python-format\nmsgid "%d old"\nmsgstr "%d alt"\n',
    '#, python-format\nmsgid "%d new"\nmsgstr "%d neu"\n',
    'msgid "untranslated"\nmsgstr ""\n',
    '#~ msgid "obsolete"\n#~ msgstr "veraltet"\n',
  ].join('\n'),
  contextsAndPlurals: [
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: de\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n',
    'msgctxt "month"\nmsgid "May"\nmsgstr "Mai"\n',
    'msgid "May"\nmsgstr "Darf"\n',
    'msgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] "%d Datei"\nmsgstr[1] "%d Dateien"\n',
    'msgid "first form missing"\nmsgid_plural "x"\nmsgstr[0] ""\nmsgstr[1] "y"\n',
    'msgid "long"\nmsgstr ""\n"Zeile \\"eins\\"\\n"\n"Zeile\\tzwei\\\\ — ünï 🚢"\n',
  ].join('\n'),
  fuzzyHeader: '#, fuzzy\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "a"\nmsgstr "b"\n',
  latin1:
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=ISO-8859-1\\n"\n\nmsgid "girl"\nmsgstr "M\xe4dchen"\n',
}

const READ = `
import gettext, json, re, sys
with open(sys.argv[1], 'rb') as file: t = gettext.GNUTranslations(file)
rows = sorted(([list(k) if isinstance(k, tuple) else k, v] for k, v in t._catalog.items()), key=repr)
text = json.dumps([rows, sorted(t.info().items())])
print(re.sub('charset=[A-Za-z0-9-]+', lambda found: found.group().lower(), text))  # names of charsets have no case (RFC 2978)
`

/** What Python's own gettext makes of a compiled catalog. */
function readByPython(path: string): unknown {
  return JSON.parse(execFileSync('python3', ['-IS', '-c', READ, path], { encoding: 'utf8' }))
}

const encoded = (name: string): Buffer => Buffer.from(catalogs[name] ?? '', name === 'latin1' ? 'latin1' : 'utf8')

describe('compiling translations', () => {
  for (const name of Object.keys(catalogs)) {
    itWith(['msgfmt', 'python3'], `says the same to gettext as msgfmt does: ${name}`, async () => {
      const folder = await scratch()
      writeFileSync(join(folder, 'x.po'), encoded(name))
      execFileSync('msgfmt', ['-o', join(folder, 'theirs.mo'), join(folder, 'x.po')])
      writeFileSync(join(folder, 'ours.mo'), compileCatalog(encoded(name)))
      expect(readByPython(join(folder, 'ours.mo'))).toEqual(readByPython(join(folder, 'theirs.mo')))
    })
  }

  it('gives the same bytes for messages in another order', () => {
    const [header = '', ...messages] = (catalogs['contextsAndPlurals'] ?? '').split('\n\n')
    const turned = [header, ...messages.reverse()].join('\n\n')
    expect(compileCatalog(Buffer.from(turned))).toEqual(compileCatalog(encoded('contextsAndPlurals')))
  })

  it('replaces .po by .mo below the named folders only', async () => {
    const po = catalogs['plain'] ?? ''
    const tree = plantTree({ 'translations/de/x.po': po, 'other/de/x.po': po, 'translations/de/x.mo': 'old' })
    const compiled = await compileTranslations(tree, ['translations'])
    expect(compiled.files.map(({ path }) => path)).toEqual(['other/de/x.po', 'translations/de/x.mo'])
    const [, made] = compiled.files
    if (made === undefined || 'link' in made) throw new Error('not a file')
    expect(Buffer.from(await compiled.read(made))).toEqual(Buffer.from(compileCatalog(Buffer.from(po))))
  })

  it('names every catalog that cannot be read', async () => {
    const broken = 'msgid "a"\nmsgfoo "b"\n'
    const tree = plantTree({ 't/a.po': broken, 't/b.po': broken })
    await expect(compileTranslations(tree, ['t'])).rejects.toThrow(/t\/a\.po: .*\n {2}t\/b\.po: /s)
  })
})
