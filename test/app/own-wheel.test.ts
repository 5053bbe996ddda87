import { describe, expect, it } from 'vitest'
import { wheelTree } from '../../scripts/app/own-wheel.ts'
import { writeTree } from '../../scripts/lib/io/tree-files.ts'
import { scratch } from '../support/stage.ts'
import { plantTree } from '../support/trees.ts'

const MANUAL = 'tray-1.data/data/share/man/man1/tray.1'
const opened = async (files: Readonly<Record<string, string>>, pure = true, unpacked = true) => {
  const folder = await scratch()
  const wheel = `Wheel-Version: 1.0\nRoot-Is-Purelib: ${pure}\n`
  await writeTree(folder, plantTree({ 'tray-1.dist-info/WHEEL': wheel, 'tray/a.py': '', ...files }))
  return (await wheelTree(folder, 'tray.whl', unpacked)).files.map(({ path }) => path)
}

describe('the wheel of a back end', () => {
  it('keeps scripts, manual and documentation pages where they are, and loses RECORD and bytecode', async () => {
    const page = 'tray-1.data/data/share/doc/tray/README'
    const gone = { 'tray-1.dist-info/RECORD': '', 'tray/__pycache__/a.cpython-311.pyc': '' }
    const script = 'tray-1.data/scripts/tray.py'
    expect(await opened({ [MANUAL]: '.TH', [page]: '', [script]: '#!python', ...gone })).toEqual([
      page,
      MANUAL,
      script,
      'tray-1.dist-info/WHEEL',
      'tray/a.py',
    ])
  })

  it.each(['tray-1.data/data/etc/tray.conf', 'tray-1.data/data/share/tray/a.html'])(
    'is refused with a file that only an installer can place: %s',
    async (path) => {
      await expect(opened({ [MANUAL]: '', [path]: '' })).rejects.toMatchObject({
        code: 'DEPS_UNRESOLVED',
        message: `tray.whl has files outside its packages: ${path}`,
      })
    },
  )

  it('keeps such a file where only installers meet the wheel', async () => {
    const page = 'tray-1.data/data/share/tray/a.html'
    expect(await opened({ [page]: '' }, true, false)).toContain(page)
  })

  it('is refused with native code', async () => {
    await expect(opened({}, false)).rejects.toMatchObject({
      code: 'DEPS_UNRESOLVED',
      message: 'tray.whl is not a pure wheel: it has native code',
    })
  })
})
