import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { extract } from 'tar'
import { ReleaseError } from '../lib/core/error.ts'
import { filterTree, isLink, type Tree } from '../lib/core/tree.ts'
import { buildByBackEnd } from '../lib/io/back-end.ts'
import { pathWithoutNode } from '../lib/io/path-without-node.ts'
import { run } from '../lib/io/run.ts'
import { inScratch } from '../lib/io/scratch.ts'
import type { Stage } from '../lib/io/stage.ts'
import { measureTree, memoryTree, openTree, saveTree, writeTree } from '../lib/io/tree-files.ts'

/** The wheel of the project's own PEP 517 back end, unpacked; its sdist is saved beside, as dist/sdist/ and sdist.json. */
export async function ownWheelTree(stage: Stage, source: Tree): Promise<Tree> {
  return inScratch(join(stage.out, 'tmp', 'own-wheel'), async (scratch) => {
    await writeTree(join(scratch, 'project'), source)
    await buildBoth(stage, source, scratch)
    await saveSdist(stage, scratch)
    const name = await made(scratch, '.whl')
    await mkdir(join(scratch, 'tree'))
    await run(['python3', '-IS', '-m', 'zipfile', '-e', join(scratch, 'dist', name), join(scratch, 'tree')])
    return inMemory(await wheelTree(join(scratch, 'tree'), name, isUnpacked(stage)))
  })
}

async function made(scratch: string, suffix: string): Promise<string> {
  return (await readdir(join(scratch, 'dist'))).find((file) => file.endsWith(suffix)) ?? ''
}

// PEP 625: one top directory, which the room that packs it writes again.
async function saveSdist({ out }: Stage, scratch: string): Promise<void> {
  const dir = join(scratch, 'sdist')
  await mkdir(dir)
  await extract({ file: join(scratch, 'dist', await made(scratch, '.tar.gz')), cwd: dir, strip: 1 })
  await saveTree(out, 'sdist', openTree(dir, await measureTree(dir)))
}

/** Builds isolated, with back ends pinned by hash; the version comes from PKG-INFO where there is one, else from the plan. */
async function buildBoth(stage: Stage, source: Tree, scratch: string): Promise<void> {
  const { facts } = stage.plan
  const isSdist = source.files.some((entry) => entry.path === 'PKG-INFO')
  const project = join(scratch, 'project')
  const env = {
    HOME: scratch,
    PATH: await pathWithoutNode(join(scratch, 'bin')), // hooks that build a front end find nothing to do it with
    SOURCE_DATE_EPOCH: String(facts.epoch),
    ...(isSdist ? {} : versionEnvironment(facts.version.pep440)),
  }
  // Back ends that ask git which files belong to the package need a repository.
  if (!isSdist) await commitAll(project, facts.epoch)
  await buildByBackEnd(stage, { project, to: join(scratch, 'dist'), kinds: ['wheel', 'sdist'], env }).catch(
    (cause: unknown) => {
      if (!(cause instanceof ReleaseError) || cause.code !== 'COMMAND_FAILED') throw cause
      throw new ReleaseError('COMMAND_FAILED', "the project's own build back end failed", {
        hint: 'Mend what it says; it runs with the back ends pinned in scripts/lib/io/back-ends.txt only.',
        cause: cause.cause,
      })
    },
  )
}

type Spelling = Stage['plan']['facts']['version']['pep440']

// What back ends with a version from git read instead (hatch-vcs reads setuptools_scm's).
function versionEnvironment(spelling: Spelling): Record<string, string> {
  if ('refused' in spelling) return {}
  const names = ['SETUPTOOLS_SCM_PRETEND_VERSION', 'PDM_BUILD_SCM_VERSION', 'POETRY_DYNAMIC_VERSIONING_BYPASS']
  return Object.fromEntries([...names, 'UV_DYNAMIC_VERSIONING_BYPASS'].map((name) => [name, spelling.value]))
}

async function commitAll(project: string, epoch: number): Promise<void> {
  const date = `${epoch} +0000`
  const env = {
    HOME: project,
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(['AUTHOR', 'COMMITTER'].map((who) => [`GIT_${who}_DATE`, date])),
    ...Object.fromEntries(['AUTHOR', 'COMMITTER'].map((who) => [`GIT_${who}_NAME`, 'slipway'])),
    ...Object.fromEntries(['AUTHOR', 'COMMITTER'].map((who) => [`GIT_${who}_EMAIL`, 'slipway@localhost'])),
  }
  const git = (...words: string[]): Promise<string> => run(['git', ...words], { cwd: project, env })
  await git('init', '--quiet')
  await git('add', '--force', '--all')
  await git('commit', '--quiet', '--allow-empty', '--message', 'source')
}

// Binary distribution format: X.data holds what goes elsewhere than the site directory. Scripts are for people, services
// start console scripts or modules; pages for people are never looked for. So the application runs without both, and the
// wheel keeps them where the back end put them.
const ELSEWHERE = /^[^/]+\.data\/(?!scripts\/|data\/share\/(?:doc|man)\/)/

// Formats that hold the wheel unpacked, where no installer places its files.
const UNPACKING: readonly string[] = ['deb', 'docker']

function isUnpacked({ plan }: Stage): boolean {
  return plan.formats.some(({ name }) => UNPACKING.includes(name))
}

/** The wheel unpacked, without RECORD and bytecode; DEPS_UNRESOLVED for native code and, where it is run so, for files that only an installer can place. */
export async function wheelTree(dir: string, name: string, unpacked: boolean): Promise<Tree> {
  const tree = openTree(dir, await measureTree(dir))
  const elsewhere = tree.files.find(({ path }) => ELSEWHERE.test(path))
  if (unpacked && elsewhere !== undefined) refuse(`${name} has files outside its packages: ${elsewhere.path}`)
  const isPure = (await readFile(await wheelFile(dir), 'utf8')).includes('Root-Is-Purelib: true')
  if (!isPure) refuse(`${name} is not a pure wheel: it has native code`)
  return filterTree(tree, (path) => !/^[^/]+\.dist-info\/RECORD$/.test(path) && !/\.py[co]$/.test(path))
}

function refuse(message: string): never {
  const hint =
    'Use `backend: generated` in slipway.yaml, take them out of the wheel, or leave the sections deb and docker out.'
  throw new ReleaseError('DEPS_UNRESOLVED', message, { hint })
}

async function wheelFile(dir: string): Promise<string> {
  const info = (await readdir(dir)).find((entry) => entry.endsWith('.dist-info')) ?? ''
  return join(dir, info, 'WHEEL')
}

/** The scratch folder goes, so the bytes (an application's own code) are kept; wheels have no links, modes mean nothing in them. */
async function inMemory(tree: Tree): Promise<Tree> {
  const files: Record<string, Uint8Array> = {}
  for (const entry of tree.files) if (!isLink(entry)) files[entry.path] = await tree.read(entry)
  return memoryTree(files)
}
