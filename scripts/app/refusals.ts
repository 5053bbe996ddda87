import { assertPaths, treeEntries } from '../lib/archive/entry.ts'
import { MEDIA_TYPES } from '../lib/core/artifact.ts'
import { ReleaseError } from '../lib/core/error.ts'
import { type Plan, promisedOutputs } from '../lib/core/plan.ts'
import { isLink, type Tree } from '../lib/core/tree.ts'

/**
 * What the wheel would carry to other systems, refused before anything is built: PATH_REFUSED for names that mean
 * another file there, CONFIG_INVALID for native code in a wheel that says it is for any machine (PEP 425).
 */
export async function assertPortable(plan: Plan, tree: Tree): Promise<void> {
  if (!promisedOutputs(plan).some((output) => output.kind === 'file' && output.mediaType === MEDIA_TYPES.wheel)) return
  assertPaths(treeEntries(tree, ''))
  const native: string[] = []
  for (const entry of tree.files) {
    if (!isLink(entry) && NATIVE_NAME.test(entry.path) && isNative(await tree.read(entry))) native.push(entry.path)
  }
  if (native.length === 0) return
  const lines = native.map((path) => `  ${path}`)
  throw new ReleaseError(
    'CONFIG_INVALID',
    ['the wheel is for any machine, these files are not:', ...lines].join('\n'),
    {
      hint: 'Leave them out with python.exclude, or bring them as a dependency with wheels for each platform.',
    },
  )
}

// What Python imports or loads, and programs, which have no dot or a suffix of their own.
const NATIVE_NAME = /(?:\.(?:so|so\.[\d.]+|dylib|bin)|(?:^|\/)[^./]+)$/

// ELF; Mach-O in both byte orders and widths, and for several machines.
const MAGIC = ['7f454c46', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe']

const isNative = (bytes: Uint8Array): boolean => MAGIC.includes(Buffer.from(bytes.subarray(0, 4)).toString('hex'))
