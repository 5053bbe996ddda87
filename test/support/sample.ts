import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../scripts/lib/io/run.ts'

/** The sample application in this repository. */
export const SAMPLE: string = join(import.meta.dirname, '../../sample')

const PATCH = join(import.meta.dirname, 'upgrade/satchel-1.1.0.patch')

/** The files of the sample that git knows or would know, somewhere else: the checkout is never written to. */
export async function copySample(to: string): Promise<string> {
  const list = await run(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: SAMPLE })
  for (const path of list.split('\0').filter(Boolean)) await cp(join(SAMPLE, path), join(to, path))
  return to
}

/** Commits everything in a folder with fixed names and dates; git's own configuration of this machine does not count. */
export async function commitAll(folder: string, message: string, at: string): Promise<void> {
  const who = { NAME: 'Ada', EMAIL: 'ada@satchel.example', DATE: at }
  const both = Object.entries(who).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ])
  const env = { ...Object.fromEntries(both), GIT_CONFIG_GLOBAL: '/dev/null' }
  await run(['git', 'init', '--quiet', '--initial-branch=main'], { cwd: folder, env })
  await run(['git', 'add', '--all'], { cwd: folder, env })
  await run(['git', 'commit', '--quiet', '--message', message], { cwd: folder, env })
}

/**
 * A repository with the sample as it is (tag sample-v1.0.0) and a release that comes after it (sample-v1.1.0, at HEAD): notes get
 * a number by a migration that fills in those of before, an icon has another name, SESSION_DAYS another default, and
 * setproctitle is needed no more.
 */
export async function upgradeRepository(folder: string): Promise<string> {
  await copySample(folder)
  await commitAll(folder, 'feat: files and notes', '2026-02-03T04:05:06Z')
  await run(['git', 'tag', 'sample-v1.0.0'], { cwd: folder })
  await run(['git', 'apply', PATCH], { cwd: folder })
  await dropUnneeded(folder)
  await commitAll(folder, 'feat: number the notes', '2026-03-04T05:06:07Z')
  await run(['git', 'tag', 'sample-v1.1.0'], { cwd: folder })
  return folder
}

/** Takes out of requirements.txt what requirements.in names no longer (each package with its hashes, and what asks for it). */
async function dropUnneeded(folder: string): Promise<void> {
  const asked = await readFile(join(folder, 'requirements.in'), 'utf8')
  const named: readonly string[] = asked.toLowerCase().match(/^[a-z-]+/gm) ?? []
  const lock = join(folder, 'requirements.txt')
  const packages = (await readFile(lock, 'utf8')).split(/^(?=[a-z])/m)
  const needed = packages.filter((text) => {
    const name = /^[a-z-]+(?===)/.exec(text.replace(/\[.*?\]/, ''))?.[0]
    return name === undefined || named.includes(name) || !text.endsWith('# via -r requirements.in\n')
  })
  if (needed.length !== packages.length - 1) throw new Error('the patch does not drop exactly one dependency')
  await writeFile(lock, needed.join(''))
}
