import { ReleaseError } from '../lib/core/error.ts'
import { isLink, type Tree } from '../lib/core/tree.ts'
import type { Names } from './names.ts'

const DIST_INFO = /^[^/]+\.dist-info$/

/** CONFIG_INVALID, VERSION_MISMATCH unless the back end made the release that the plan promises, in a form that the index takes. */
export async function assertBackEnd(wheel: Tree, names: Names): Promise<void> {
  const [made = 'nothing'] = topsOf(wheel).filter((top) => DIST_INFO.test(top))
  if (made !== names.distInfo) {
    const sameName = made.startsWith(names.top.replace(/[^-]*$/, ''))
    throw new ReleaseError(
      sameName ? 'VERSION_MISMATCH' : 'CONFIG_INVALID',
      `the project's back end made ${made}, the plan promises ${names.distInfo}`,
      { hint: 'Make `pypi.name` and the version of the project agree with the plan.' },
    )
  }
  if (!(await text(wheel, `${made}/WHEEL`)).split(/\r?\n/).includes('Tag: py3-none-any')) {
    throw new ReleaseError('CONFIG_INVALID', "the project's back end made no wheel for every Python 3 and system", {
      hint: 'Let it make a wheel tagged py3-none-any.',
    })
  }
  assertOnIndex(await text(wheel, `${made}/METADATA`))
}

/** The Python index refuses packages with direct references (PEP 440). */
function assertOnIndex(metadata: string): void {
  const [head = ''] = metadata.split(/\r?\n\r?\n/)
  const direct = [...head.matchAll(/^Requires-Dist: *([\w.-]+)[^;\n]*@[^\n]*$/gm)].map(([, name = '']) => name)
  if (direct.length === 0) return
  throw new ReleaseError('CONFIG_INVALID', `the Python index takes no direct reference: ${direct.join(', ')}`, {
    hint: 'Name released versions of projects on the Python index, or leave the pypi section out.',
  })
}

/** CONFIG_INVALID for static files whose place in the project is in no package of the wheel: nobody would find them installed. */
export function assertInsidePackages(wheel: Tree, added: Tree): void {
  const packages = topsOf(wheel).filter((top) => !/\.(?:dist-info|data)$/.test(top))
  const outside = topsOf(added).filter((top) => !packages.includes(top))
  if (outside.length === 0) return
  throw new ReleaseError(
    'CONFIG_INVALID',
    `static files lie in ${outside.join(', ')}, which is no package of the wheel (it has ${packages.join(', ')})`,
    { hint: rootHint(packages, added) },
  )
}

/** Where the packages seem to lie in the project. */
function rootHint(packages: readonly string[], added: Tree): string {
  for (const { path } of added.files) {
    const parts = path.split('/')
    const depth = parts.findIndex((part, index) => index > 0 && packages.includes(part))
    if (depth > 0) return `Write \`root: ${parts.slice(0, depth).join('/')}\` below \`python:\` in slipway.yaml.`
  }
  return 'Let front ends and collecting leave their files inside a package of the wheel.'
}

function topsOf(tree: Tree): readonly string[] {
  const folders = tree.files.flatMap(({ path }) => (path.includes('/') ? [path.slice(0, path.indexOf('/'))] : []))
  return [...new Set(folders)].sort()
}

async function text(tree: Tree, path: string): Promise<string> {
  const entry = tree.files.find((file) => file.path === path)
  return entry === undefined || isLink(entry) ? '' : Buffer.from(await tree.read(entry)).toString()
}
