import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Rehearsal } from '../../scripts/rehearse/rehearse.ts'
import { type Engine, startEngine } from '../support/engine.ts'
import { sampleRelease, slipway } from '../support/release.ts'
import { describeWith, fullRun } from '../support/tool.ts'

const TOOLS = ['root', 'dockerd', 'docker', 'iptables', 'psql', 'setpriv', 'python3-venv']

// The channels themselves are shown in every run, by their own tests; this is the verb over them.
describeWith(TOOLS, 'slipway rehearse', () => {
  let engine: Engine | undefined
  let out = ''

  beforeAll(async () => {
    if (!fullRun) return
    out = await sampleRelease()
    engine = await startEngine()
  })
  afterAll(async () => engine?.stop())

  it.runIf(fullRun)('installs, starts and uses both images and the wheel, and writes down what it was', async () => {
    const { exitCode, stderr } = await slipway(['rehearse', 'image,wheel', '--out', out], { env: { ...engine?.env } })
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' })
    const { channels }: Rehearsal = JSON.parse(await readFile(join(out, 'rehearsal.json'), 'utf8'))
    expect(channels.map(({ channel, steps }) => `${channel} ${steps > 5}`)).toEqual([
      'image true',
      'image true',
      'wheel true',
    ])
  })

  it.runIf(fullRun)('ends with 1 where a step fails, and says which', async () => {
    const { exitCode, stderr } = await slipway(['rehearse', 'image', '--out', out], {
      env: { ...engine?.env, DOCKER_HOST: 'unix:///nowhere' },
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('COMMAND_FAILED') })
  })
})
