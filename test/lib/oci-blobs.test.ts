import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { gather } from '../../scripts/lib/archive/bytes.ts'
import { openArchiveBlobs } from '../../scripts/lib/io/oci-blobs.ts'
import { run } from '../../scripts/lib/io/run.ts'

it('an archive of an older Docker may name one layer twice, the second time by a link', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-saved-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['one', 'two', 'circle']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'one/layer.tar'), 'a layer')
  await symlink('../one/layer.tar', join(folder, 'two/layer.tar'))
  await symlink('../circle/layer.tar', join(folder, 'circle/layer.tar'))
  const file = join(folder, 'saved.tar')
  await run(['tar', '--format=ustar', '--create', `--file=${file}`, `--directory=${folder}`, 'one', 'two', 'circle'])
  const archive = await openArchiveBlobs(file)
  expect(Buffer.from(await gather(archive.open('two/layer.tar'))).toString()).toBe('a layer')
  expect(() => archive.open('circle/layer.tar')).toThrow('has no')
  expect(() => archive.open('three/layer.tar')).toThrow('has no three/layer.tar')
})
