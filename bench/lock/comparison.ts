import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SAMPLE } from '../../test/support/sample.ts'
import type { Comparison } from '../comparison.ts'
import { slipway } from '../slipway.ts'

const ALL_NEW = 'Slipway, every package new'

/** The lock of the sample's base when nothing is known: indexes and all packages of two machines are loaded and read. */
export const lock: Comparison = {
  name: 'lock',
  work: 'slipway.lock of the sample on a machine that has downloaded nothing',
  needs: ['xz'],
  bars: [{ says: 'less than 300 MB at once', holds: (of) => of(ALL_NEW).peak < 300_000_000 }],
  async prepare(place) {
    const project = join(place, 'project')
    const cache = join(place, 'cache')
    await mkdir(project)
    await copyFile(join(SAMPLE, 'slipway.yaml'), join(project, 'slipway.yaml'))
    return [
      {
        name: ALL_NEW,
        commands: [slipway('lock', '--project', project)],
        env: { SLIPWAY_CACHE: cache },
        async reset() {
          await rm(cache, { recursive: true, force: true })
          await rm(join(project, 'slipway.lock'), { force: true })
        },
      },
    ]
  },
}
