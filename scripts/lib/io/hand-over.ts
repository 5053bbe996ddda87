import { access, mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
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

/** Unpacks one hand-over, or every one of a folder, into dist/; gives their names. */
export async function unpackHandOvers(out: string, place: string): Promise<readonly string[]> {
  const files = place.endsWith('.tar') ? [place] : await tarsIn(place)
  if (files.length === 0) {
    const hint = 'Give the folder into which the hand-overs of the earlier jobs were downloaded.'
    throw new ReleaseError('STAGE_MISSING', `there is no hand-over in ${place}`, { hint })
  }
  await mkdir(out, { recursive: true })
  for (const file of files) await extract({ file, cwd: out, strict: true, preserveOwner: false })
  return files.map((file) => relative(dirname(place), file))
}

async function tarsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => [])
  return names
    .filter((name) => name.endsWith('.tar'))
    .toSorted()
    .map((name) => join(folder, name))
}
