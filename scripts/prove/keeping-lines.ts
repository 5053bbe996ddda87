/** `folders`: the topmost that hold lost files; `all`: every one. */
type Lines = (folders: readonly string[], root: string | undefined, all: readonly string[]) => readonly string[]

const quoted = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(', ')

const inProject = (folder: string, root: string | undefined): string =>
  root === undefined ? folder : `${root}/${folder}`

// What makes a back end take the files from an sdist (its own documentation); flit, poetry, pdm and uv_build take all.
const LINES: readonly (readonly [backEnd: RegExp, lines: Lines])[] = [
  [
    /^hatchling/,
    (folders, root) => [
      '[tool.hatch.build]',
      `artifacts = [${quoted(folders.map((folder) => `/${inProject(folder, root)}/**`))}]`,
    ],
  ],
  [
    /^setuptools/,
    (folders, _root, all) => [
      '[tool.setuptools.package-data]',
      ...packageData([...folders, ...hiddenBelow(folders, all)]),
    ],
  ],
]

/** Folders with a dot in front: the globs of setuptools step over them. */
function hiddenBelow(folders: readonly string[], all: readonly string[]): readonly string[] {
  return all.filter((folder) =>
    folders.some((top) => folder.startsWith(`${top}/`) && folder.slice(top.length).includes('/.')),
  )
}

function packageData(folders: readonly string[]): readonly string[] {
  const byPackage = Map.groupBy(folders, (folder) => folder.split('/', 1).join(''))
  return [...byPackage].map(([name, all]) => {
    const globs = all.map((folder) => (folder === name ? '**/*' : `${folder.slice(name.length + 1)}/**/*`))
    return `${name} = [${quoted(globs)}]`
  })
}

/** The lines of pyproject.toml that make a back end keep files of a wheel; empty where nothing is known of it. */
export function keepingLines(backEnd: string, lost: readonly string[], root: string | undefined): readonly string[] {
  const lines = LINES.find(([pattern]) => pattern.test(backEnd))?.[1]
  const folders = lost
    .map((path) => path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
    .filter((folder) => folder !== '')
  const tops = [...new Set(folders)].filter((folder, _, all) => !all.some((other) => folder.startsWith(`${other}/`)))
  if (lines === undefined || tops.length === 0 || tops.some((folder) => /^[^/]+\.data\//.test(folder))) return []
  return ['write in pyproject.toml:', ...lines(tops.sort(), root, [...new Set(folders)].sort())]
}
