import { access, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { create, extract } from 'tar'
import { ReleaseError } from '../core/error.ts'

/** Writes one tar with everything of a hand-over: dot-files, modes and links survive what would lose them. */
export async function packHandOver(out: string, name: string, paths: readonly string[]): Promise<string> {
  const there = await existing(out, paths)
  if (there.length === 0) {
    throw new ReleaseError('STAGE_MISSING', `nothing of ${name} is in ${out}`, {
      hint: `Run \`slipway ${name}\` first.`,
    })
  }
  const folder = join(out, 'hand-over')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${name}.tar`)
  await rm(file, { force: true })
  await create({ file, cwd: out, portable: true }, [...there])
  return file
}

async function existing(out: string, paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      access(join(out, path)).then(
        () => path,
        () => undefined,
      ),
    ),
  )
  return found.filter((path) => path !== undefined)
}

/** Unpacks every hand-over of a folder into dist/; gives their names. */
export async function unpackHandOvers(out: string, folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.tar')).toSorted()
  if (names.length === 0) throw new ReleaseError('STAGE_MISSING', `there is no hand-over in ${folder}`)
  await mkdir(out, { recursive: true })
  for (const name of names) await extract({ file: join(folder, name), cwd: out, strict: true, preserveOwner: false })
  return names
}
