import { readElf } from '../lib/core/elf.ts'
import { ReleaseError } from '../lib/core/error.ts'
import { isLink, type Tree, type TreeFile } from '../lib/core/tree.ts'

// What wheels may expect of the system (PEP 600 and auditwheel's policies), and the Debian package that has it.
const PACKAGES: readonly (readonly [library: RegExp, name: string])[] = [
  [/^(lib(c|m|dl|rt|pthread|util|resolv)\.so\.\d+|ld-linux.*)$/, 'libc6'],
  [/^libgcc_s\.so\.1$/, 'libgcc-s1'],
  [/^libstdc\+\+\.so\.6$/, 'libstdc++6'],
  [/^libz\.so\.1$/, 'zlib1g'],
  [/^libexpat\.so\.1$/, 'libexpat1'],
  [/^libatomic\.so\.1$/, 'libatomic1'],
  [/^libX11\.so\.6$/, 'libx11-6'],
  [/^libXext\.so\.6$/, 'libxext6'],
  [/^libXrender\.so\.1$/, 'libxrender1'],
  [/^libICE\.so\.6$/, 'libice6'],
  [/^libSM\.so\.6$/, 'libsm6'],
  [/^libGL\.so\.1$/, 'libgl1'],
  [/^lib(glib|gobject|gthread)-2\.0\.so\.0$/, 'libglib2.0-0'],
]

/** Debian packages with the shared libraries that a tree needs and does not bring; `floor` is such as manylinux_2_28. */
export async function requiredLibraries(
  tree: Tree,
  floor: string,
  declared: readonly string[],
): Promise<readonly string[]> {
  const { missing, versions } = await missingLibraries(tree)
  const found = missing.map((library) => ({ library, name: packageOf(library) }))
  const unknown = found.filter(({ name }) => name === undefined).map(({ library }) => library)
  if (unknown.length > 0 && declared.length === 0) {
    throw new ReleaseError('DEPS_UNRESOLVED', `dependencies need libraries of the system: ${unknown.join(', ')}`, {
      hint: 'Name the Debian packages that have them in `deb.depends`.',
    })
  }
  const names = [...new Set(found.flatMap(({ name }) => (name === undefined ? [] : [name])))].sort()
  return names.map((name) => (name === 'libc6' ? `libc6 (>= ${newestGlibc([glibcOf(floor), ...versions])})` : name))
}

interface SystemNeeds {
  readonly missing: readonly string[]
  readonly versions: readonly string[] // of glibc
}

async function missingLibraries(tree: Tree): Promise<SystemNeeds> {
  const brought = new Set(tree.files.map((entry) => entry.path.slice(entry.path.lastIndexOf('/') + 1)))
  const needed = new Set<string>()
  const versions = new Set<string>()
  const objects = tree.files.filter((entry): entry is TreeFile => !isLink(entry) && /\.so(\.[\d.]+)?$/.test(entry.path))
  for (const object of objects) {
    const needs = readElf(await tree.read(object))
    for (const library of needs?.needed ?? []) needed.add(library)
    for (const version of needs?.versions ?? []) versions.add(version)
  }
  return {
    missing: [...needed].filter((library) => !brought.has(library)).sort(),
    versions: [...versions].flatMap((version) => /^GLIBC_(2\.\d+)/.exec(version)?.[1] ?? []),
  }
}

/** What was built in a root of the target may ask for more than the floor of wheels. */
function newestGlibc(versions: readonly string[]): string {
  const minor = (version: string): number => Number(version.split('.')[1])
  return versions.reduce((newest, version) => (minor(version) > minor(newest) ? version : newest))
}

function packageOf(library: string): string | undefined {
  return PACKAGES.find(([pattern]) => pattern.test(library))?.[1]
}

/** `manylinux_2_28` gives 2.28 (PEP 600). */
function glibcOf(floor: string): string {
  return /^manylinux_(\d+)_(\d+)/.exec(floor)?.slice(1).join('.') ?? '2.28'
}
