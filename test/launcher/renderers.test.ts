import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Layout, launcherFiles, launcherPlace, renderLauncherData } from '../../scripts/launcher/data.ts'
import { quoteValue, renderEnvironmentFile } from '../../scripts/launcher/environment-file.ts'
import { renderEnvironmentPage } from '../../scripts/launcher/environment-page.ts'
import { trayFacts } from './facts.ts'

const DEB: Layout = {
  channel: 'deb',
  app: '/usr/lib/tray/app',
  static: '/usr/share/tray/static',
  vendor: ['/usr/lib/tray/vendor/py{python}'],
  state: '/var/lib/tray',
  config: ['/etc/tray/tray.env', '/etc/tray/conf.d'],
  secrets: '/etc/tray',
  user: 'tray',
}

describe('papers written from the table of variables', () => {
  it('ENVIRONMENT.md names each variable once, with its default in each channel', async () => {
    await expect(renderEnvironmentPage(trayFacts())).toMatchFileSnapshot('../golden/launcher/ENVIRONMENT.md')
  })

  it('the env file explains each variable and sets none', async () => {
    const text = renderEnvironmentFile(trayFacts(), DEB)
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([])
    await expect(text).toMatchFileSnapshot('../golden/launcher/tray.env')
  })

  it('the data file holds the defaults of its channel', async () => {
    await expect(renderLauncherData(trayFacts(), DEB)).toMatchFileSnapshot('../golden/launcher/launcher.json')
    expect(renderLauncherData(trayFacts(), { ...DEB, channel: 'image' })).toContain('"default": "1"')
  })

  it('a meaning of two lines and a bar stay inside one cell', () => {
    const page = renderEnvironmentPage(
      trayFacts({
        environment: [{ name: 'A', meaning: 'one\ntwo | three', default: 'x|`y', required: false, secret: false }],
      }),
    )
    expect(page).toContain('| `A` | one two \\| three | `` x\\|`y `` |')
  })

  it('the list of files to ship is what lies in the folder', () => {
    const folder = join(import.meta.dirname, '../../scripts/launcher/python')
    const there = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(py|html|sql)$/.test(file),
    )
    expect(launcherFiles.map(launcherPlace).sort()).toEqual(there.sort())
  })

  it.each([
    ['plain', 'plain'],
    ['a b#c', 'a b#c'],
    [' edge', '" edge"'],
    ['"quoted"', '"\\"quoted\\""'],
    ['two\nlines', '"two\\nlines"'],
  ])('%j is written %j', (value, written) => {
    expect(quoteValue(value)).toBe(written)
  })
})
