import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { easyFacts, type Installation, install } from './installation.ts'

const ASK =
  'import importlib.metadata as m, json, lent\n' +
  'def version(name):\n' +
  '    try: return m.version(name)\n' +
  '    except m.PackageNotFoundError: return None\n' +
  'try:\n    import other\n    seen = True\nexcept ImportError:\n    seen = False\n' +
  'names = sorted(d.metadata["Name"] for d in m.distributions() if d.metadata["Name"] in ("Lent_Thing", "other"))\n' +
  'print(json.dumps([version("lent-thing"), version("other"), seen, names]))\n'

/** An installation beside packages of the distribution: one that is lent, one that is not. */
function installed(): Installation {
  const place = install({ system: ['lent-thing'] }, easyFacts())
  const packages = join(place.root, 'dist-packages')
  for (const [module, info, name] of [
    ['lent', 'Lent_Thing-1.5.egg-info', 'Lent_Thing'],
    ['other', 'other-2.0.dist-info', 'other'],
  ] as const) {
    mkdirSync(join(packages, module), { recursive: true })
    mkdirSync(join(packages, info))
    place.write(`dist-packages/${module}/__init__.py`, '')
    const file = info.endsWith('egg-info') ? 'PKG-INFO' : 'METADATA'
    place.write(
      `dist-packages/${info}/${file}`,
      `Metadata-Version: 2.1\nName: ${name}\nVersion: ${info.includes('1.5') ? '1.5' : '2.0'}\n`,
    )
  }
  symlinkSync('../dist-packages/lent', join(place.root, 'vendor/lent'))
  const finder = place.read('launcher/slipway_launcher/system.py')
  place.write('launcher/slipway_launcher/system.py', finder.replace('/usr/lib/python3/dist-packages', packages))
  return place
}

describe('dependencies that the distribution brings', () => {
  it('are found with their version, and no other package of the distribution is', async () => {
    const said = await installed().tray(['python', '-c', ASK], { SECRET_KEY: 'k' })
    expect(said).toEqual({ status: 0, stderr: '', stdout: '["1.5", null, false, ["Lent_Thing"]]\n' })
  })
})
