import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ReleaseError } from '../../lib/core/error.ts'
import { CommandOutput } from '../../lib/io/run.ts'
import { wheelFolders } from '../requirements.ts'
import { environmentOf, explain, NO_WHEEL, platformArguments, type Wanted } from '../resolve.ts'
import type { Builder } from './build-wheels.ts'
import type { Pin } from './pin.ts'

/** Whether the index, the configuration or an earlier build has a wheel of it for the wanted tree. */
export async function hasWheel({ stage, uv, python, folder }: Builder, want: Wanted, pin: Pin): Promise<boolean> {
  const { commit, epoch } = stage.plan.facts
  const file = join(folder, 'asked.txt')
  await writeFile(file, [`${pin.name}==${pin.version}`, ...pin.hashes.map((hash) => `--hash=sha256:${hash}`)].join(' '))
  const links = [...(await wheelFolders(stage)), join(folder, 'wheels')]
  const isDated = pin.hashes.length === 0 && commit !== ''
  const args = [
    ...['pip', 'install', '--dry-run', '--no-deps', '--python', python.path, '--target', join(folder, 'nothing')],
    ...['--only-binary', ':all:', ...(want.target === undefined ? [] : platformArguments(want))],
    ...links.flatMap((link) => ['--find-links', link]),
    ...(isDated ? ['--exclude-newer', new Date(epoch * 1000).toISOString()] : []),
    ...['--requirements', file],
  ]
  return uv(args).then(
    () => true,
    (error: unknown) => {
      const said = error instanceof ReleaseError && error.cause instanceof CommandOutput ? error.cause.tail : ''
      if (NO_WHEEL.test(said.replaceAll(/\s+/g, ' '))) return false
      throw explain(error, environmentOf(want, python))
    },
  )
}
