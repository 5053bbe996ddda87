import { describe, expect, it } from 'vitest'
import { memoryTree } from '../../scripts/lib/io/tree-files.ts'
import { proveCarries } from '../../scripts/prove/findings.ts'
import { members } from './held.ts'

const trees = {
  bundle: memoryTree({ 'web/dist/app.js': 'js' }),
  collected: memoryTree({ 'web/app.js': 'js', 'css/site.css': 'css', 'mark.svg': 'svg' }),
}
const carries = [{ tree: 'bundle' }, { tree: 'collected' }] as const

describe('static files whose place nobody told', () => {
  it('are found where most of them lie, beside the sources that they were collected from', async () => {
    const image = await members({
      'code/web/dist/app.js': 'js',
      'code/core/css/site.css': 'css',
      'srv/static/web/app.js': 'js',
      'srv/static/css/site.css': 'css',
      'srv/static/mark.svg': 'svg',
      'mark.svg': 'svg',
    })
    expect(proveCarries(image, carries, trees)).toEqual({
      shown: 4,
      findings: [],
      found: [
        { tree: 'bundle', at: 'code' },
        { tree: 'collected', at: 'srv/static' },
      ],
    })
  })

  it('are named one by one where the image has other bytes, lacks them, or has more', async () => {
    const image = await members({
      'web/dist/app.js': 'js',
      'static/web/app.js': 'JS',
      'static/css/site.css': 'css',
      'static/css/site.css.gz': 'gz',
    })
    expect(proveCarries(image, carries, trees)).toEqual({
      shown: 2,
      findings: [
        'collected: static/mark.svg is missing',
        'collected: static/web/app.js has other bytes',
        'collected: static/css/site.css.gz is not in dist/static.json',
      ],
      found: [
        { tree: 'bundle', at: '' },
        { tree: 'collected', at: 'static' },
      ],
    })
  })

  it('are missed as a whole where no file has its bytes', async () => {
    expect(proveCarries(await members({ 'code/web/dist/app.js': 'JS' }), carries, trees)).toEqual({
      shown: 0,
      findings: ['bundle: none of its 1 files is in it', 'collected: none of its 3 files is in it'],
    })
  })
})
