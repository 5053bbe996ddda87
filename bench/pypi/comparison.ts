import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../../scripts/lib/core/format.ts'
import { run } from '../../scripts/lib/io/run.ts'
import type { Comparison, Way } from '../comparison.ts'
import { slipway } from '../slipway.ts'

const GENERATED = 'Slipway, a generated package'
const OWN = "Slipway, by the project's own setuptools"
const BUILD = 'python -m build, not isolated'
const BUILD_ISOLATED = 'python -m build, isolated'
const UV = 'uv build, not isolated'
const UV_ISOLATED = 'uv build, isolated'

const MODULES = 98 // with what the project holds and its 2,900 static files, three thousand

/** The sdist and the wheel; the front end is built and sources are there. */
export const pypi: Comparison = {
  name: 'pypi',
  work: 'sdist and wheel of a tree of 3,000 files, 2,900 of them built by a front end, against setuptools',
  needs: ['python3', 'git'],
  bars: [
    {
      says: 'at least 5 times less CPU than python -m build -n',
      holds: (of) => of(BUILD).cpu >= 5 * of(GENERATED).cpu,
    },
    {
      says: 'at least 5 times less CPU than python -m build, both isolated',
      holds: (of) => of(BUILD_ISOLATED).cpu >= 5 * of(OWN).cpu,
    },
    { says: 'less CPU than uv build, not isolated', holds: (of) => of(UV).cpu > of(GENERATED).cpu },
    { says: 'less CPU than uv build, both isolated', holds: (of) => of(UV_ISOLATED).cpu > of(OWN).cpu },
  ],
  async prepare(place) {
    const project = await makeProject(place)
    const [generated, own] = [await planned(place, project, 'generated'), await planned(place, project, 'own')]
    const tools = join(place, 'tools')
    await run(['python3', '-m', 'venv', tools])
    const packages = ['build', 'setuptools', 'uv', 'wheel']
    await run([join(tools, 'bin/pip'), 'install', '--quiet', '--upgrade', ...packages], { inherit: true })
    await run(['node', 'make.mjs'], { cwd: join(project, 'frontend'), inherit: true })
    const python = join(tools, 'bin/python')
    const uv = join(tools, 'bin/uv')
    const to = join(project, 'dist')
    return [
      ours(GENERATED, generated, [slipway('build', 'pypi', '--out', generated)]),
      theirs(BUILD, project, [python, '-m', 'build', '--no-isolation', '--outdir', to, project]),
      theirs(UV, project, [uv, 'build', '--no-build-isolation', '--python', python, '--out-dir', to, project]),
      ours(OWN, own, [slipway('app', '--out', own), slipway('build', 'pypi', '--out', own)]),
      theirs(BUILD_ISOLATED, project, [python, '-m', 'build', '--outdir', to, project]),
      theirs(UV_ISOLATED, project, [uv, 'build', '--python', python, '--out-dir', to, project]),
    ]
  },
}

/** A repository with one commit. */
async function makeProject(place: string): Promise<string> {
  const project = join(place, 'project')
  await cp(join(import.meta.dirname, 'project'), project, { recursive: true })
  for (let index = 0; index < MODULES; index++) {
    await writeFile(join(project, `tray/module_${index}.py`), `"""Module ${index}."""\nNUMBER = ${index}\n`)
  }
  const git = (...words: string[]): Promise<string> => run(['git', '-C', project, ...words])
  await git('init', '--quiet')
  await git('add', '--all')
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost']
  await git(...author, 'commit', '--quiet', '--message', 'tray')
  return project
}

/** dist/ with everything before sdist and wheel; they are built once, so that nothing has to be downloaded later. */
async function planned(place: string, project: string, mode: 'generated' | 'own'): Promise<string> {
  const out = join(place, mode)
  await mkdir(out)
  const config = ['--project', project, '--config', join(import.meta.dirname, `${mode}.yaml`)]
  await run(slipway('plan', ...config, '--only', 'pypi', '--out', out), { inherit: true })
  await run(slipway('source', ...config, '--out', out), { inherit: true })
  for (const stage of ['app', 'deps', 'static']) await run(slipway(stage, '--out', out), { inherit: true })
  await run(slipway('build', 'pypi', '--out', out), { inherit: true })
  return out
}

function ours(name: string, out: string, commands: readonly Command[]): Way {
  return { name, commands, made: () => sizes(join(out, 'artifacts')) }
}

// setuptools takes up what an earlier run left.
function theirs(name: string, project: string, command: Command): Way {
  const left = ['build', 'dist', 'tray.egg-info'].map((path) => join(project, path))
  const reset = async (): Promise<void> => {
    for (const path of left) await rm(path, { recursive: true, force: true })
  }
  return { name, commands: [command], reset, made: () => sizes(join(project, 'dist')) }
}

async function sizes(folder: string): Promise<Readonly<Record<string, number>>> {
  const names = (await readdir(folder)).filter((name) => /\.(?:whl|tar\.gz)$/.test(name)).sort()
  const found = names.map(async (name) => [
    name.endsWith('.whl') ? 'wheel' : 'sdist',
    (await stat(join(folder, name))).size,
  ])
  return Object.fromEntries(await Promise.all(found))
}
