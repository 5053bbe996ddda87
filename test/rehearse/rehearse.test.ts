import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeJson } from '../../scripts/lib/io/files.ts'
import { rehearse } from '../../scripts/rehearse/rehearse.ts'
import { testStage } from '../support/stage.ts'

it('rehearses nothing that it does not know or that was not built', async () => {
  const { stage } = await testStage()
  await writeJson(join(stage.out, 'static.json'), { schema: 1, bundle: [], collected: [] })
  await expect(rehearse(stage, ['imgae'])).rejects.toMatchObject({
    code: 'USAGE',
    hint: 'There are image, wheel, deb.',
  })
  await expect(rehearse(stage, [])).rejects.toMatchObject({
    code: 'STAGE_MISSING',
    message: 'this release has nothing to install by any channel',
  })
})

it('wants to know how to see that the application works', async () => {
  const { stage } = await testStage()
  const { facts } = stage.plan
  const services = facts.runtime.services.map(({ ready: _, ...service }) => service)
  const mute = { ...facts, rehearse: [], runtime: { ...facts.runtime, services } }
  await expect(rehearse({ ...stage, plan: { ...stage.plan, facts: mute } }, [])).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  })
})
