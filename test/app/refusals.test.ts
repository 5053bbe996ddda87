import { describe, expect, it } from 'vitest'
import { assertPortable } from '../../scripts/app/refusals.ts'
import { MEDIA_TYPES } from '../../scripts/lib/core/artifact.ts'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import { testStage } from '../support/stage.ts'
import { type Planted, plantTree } from '../support/trees.ts'

async function planOf(mediaType: string): Promise<Plan> {
  const output = { kind: 'file', name: 'shelf', mediaType, carries: 'none' } as const
  const { stage } = await testStage({}, { formats: [{ name: 'one', needs: [], config: {}, outputs: [output] }] })
  return stage.plan
}

const refused = async (files: Readonly<Record<string, Planted>>, mediaType = MEDIA_TYPES.wheel): Promise<void> =>
  assertPortable(await planOf(mediaType), plantTree(files))

const ELF = Buffer.from('7f454c4602010100', 'hex')

describe('what a wheel would carry to other systems', () => {
  it('has names that differ in more than case or Unicode form', async () => {
    await expect(refused({ 'locale/zh_Hans/a.mo': '', 'locale/zh_hans/a.mo': '' })).rejects.toMatchObject({
      code: 'PATH_REFUSED',
      message: expect.stringContaining('"locale/zh_hans" differs from "locale/zh_Hans" only in case or Unicode form'),
    })
    await expect(refused({ 'caf\u00e9.txt': '', 'cafe\u0301.txt': '' })).rejects.toMatchObject({ code: 'PATH_REFUSED' })
    await refused({ 'locale/zh_Hans/a.mo': '', 'locale/zh_Hant/a.mo': '', 'caf\u00e9.txt': '' })
  })

  it('is no native code, whatever its name', async () => {
    const files = { 'shelf/fast.so': ELF, 'shelf/lib/libz.so.1.2': ELF, 'bin/tool': ELF, 'shelf/a.py': '' }
    await expect(refused(files)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message:
        'the wheel is for any machine, these files are not:\n  bin/tool\n  shelf/fast.so\n  shelf/lib/libz.so.1.2',
    })
    await refused({ 'shelf/notes.so': 'a text', LICENSE: 'free', 'launcher.exe': Buffer.from('4d5a9000', 'hex') })
  })

  it('is looked at where a wheel is planned', async () => {
    await refused({ 'a/x.so': ELF, 'A/y.py': '' }, MEDIA_TYPES.deb)
  })
})
