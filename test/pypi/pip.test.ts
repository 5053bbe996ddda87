import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../scripts/lib/io/run.ts'
import { pypi } from '../../scripts/pypi/index.ts'
import { filesOf } from '../support/python-archive.ts'
import { describeWith } from '../support/tool.ts'
import { plantTree } from '../support/trees.ts'
import { memoryWork, type WorkParts, writtenFile } from '../support/work.ts'
import { TAKEN } from './taken.ts'
import { makePython, withFolder } from './unpack.ts'

const WHEEL = 'satchel_release-1.2.0-py3-none-any.whl'
const SDIST = 'satchel_release-1.2.0.tar.gz'
const INFO = 'satchel_release-1.2.0.dist-info'

const build = async (parts: WorkParts = {}) => {
  const work = memoryWork(parts)
  await pypi.build(work, { name: 'satchel-release' })
  return work
}

/** Builds the wheel from an unpacked or packed sdist by its own back end, without network and without anything installed. */
async function rebuild(python: string, source: string, to: string): Promise<Uint8Array> {
  const offline = process.getuid?.() === 0 ? (['unshare', '--net'] as const) : (['env'] as const)
  const pip = [python, '-m', 'pip', 'wheel', '--quiet', '--no-cache-dir', '--no-index', '--no-build-isolation']
  await run([...offline, ...pip, '--no-deps', '--wheel-dir', to, source])
  return readFile(join(to, WHEEL))
}

describeWith(['python3-venv'], 'pip', () => {
  let python = ''
  let remove: () => Promise<void>

  beforeAll(async () => {
    ;({ python, remove } = await makePython())
  })
  afterAll(() => remove())

  it('installs a wheel as its RECORD says, whose command tells the version anywhere', async () => {
    const source = plantTree({ 'requirements.txt': '', LICENSE: '', 'README.md': '#\n' })
    const bare = writtenFile(await build({ source }), WHEEL)
    await withFolder({ [WHEEL]: bare, 'hostile/json.py': 'raise SystemExit(1)\n' }, async (folder) => {
      await run([python, '-m', 'pip', 'install', '--quiet', '--no-index', join(folder, WHEEL)])
      const missing = await run([python, '-m', 'pip', 'show', '--files', 'satchel-release'])
      expect(missing).toContain('satchel_release/app/manage.py')
      const said = await run([join(python, '../satchel'), 'version'], { cwd: join(folder, 'hostile') })
      expect(said).toBe('1.2.0\n')
    })
  })

  it('makes the wheel of an sdist again without network, the same bytes', async () => {
    const work = await build()
    await withFolder({ [SDIST]: writtenFile(work, SDIST) }, async (folder) => {
      expect(await rebuild(python, join(folder, SDIST), folder)).toEqual(Buffer.from(writtenFile(work, WHEEL)))
    })
  })

  it('makes a wheel with the changes of a person who patched the sdist', async () => {
    const work = await build()
    await withFolder({ [SDIST]: writtenFile(work, SDIST) }, async (folder) => {
      await run(['tar', '-xzf', SDIST], { cwd: folder })
      const tree = join(folder, 'satchel_release-1.2.0')
      const app = join(tree, 'wheel/satchel_release/app')
      await appendFile(join(app, 'config/wsgi.py'), 'patched = True\n'.repeat(9))
      await writeFile(join(app, 'new.py'), 'new = True\n')
      await rm(join(app, 'core/größe.py'))
      const patched = await filesOf(await rebuild(python, tree, folder))
      expect(patched['satchel_release/app/config/wsgi.py']).toContain('patched')
      expect(patched['satchel_release/app/new.py']).toBe('new = True\n')
      expect(Object.keys(patched)).toHaveLength(Object.keys(await filesOf(writtenFile(work, WHEEL))).length)
      await run([
        python,
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-index',
        '--no-deps',
        '--target',
        join(folder, 'to'),
        join(folder, WHEEL),
      ])
      expect(patched[`${INFO}/RECORD`]).toMatch(/^satchel_release\/app\/new\.py,sha256=/m)
    })
  })

  it('parses every requirement that a package is given', async () => {
    const script =
      'import json, sys\nfrom pip._vendor.packaging.requirements import Requirement\nfor text in json.load(sys.stdin): Requirement(text)'
    const parse = (texts: readonly string[]) => run([python, '-c', script], { input: JSON.stringify(texts) })
    const texts = TAKEN.flatMap(([, , requirements]) => requirements)
    await parse(texts.filter((text) => !text.includes('==='))) // an arbitrary version is for no parser
    await expect(parse(['a b'])).rejects.toThrow()
  })
})
