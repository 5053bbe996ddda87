import { createReadStream } from 'node:fs'
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { run } from '../../scripts/lib/io/run.ts'
import { tarMembers } from '../../scripts/prove/tar-members.ts'

it('a file with two names has its bytes under both', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-links-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'static'))
  await writeFile(join(folder, 'static/app.css'), 'p {}')
  await link(join(folder, 'static/app.css'), join(folder, 'static/app.0c3f.css'))
  const file = join(folder, 'layer.tar')
  await run(['tar', '--create', `--file=${file}`, `--directory=${folder}`, 'static'])
  const members = await tarMembers(createReadStream(file))
  expect(members.get('static/app.css')).toMatchObject({ kind: 'file', size: 4 })
  expect(members.get('static/app.0c3f.css')).toEqual(members.get('static/app.css'))
})
