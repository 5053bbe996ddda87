import picomatch from 'picomatch'
import type { ConfiguredFacts } from './config/load.ts'
import type { Finding } from './error.ts'
import { inProject } from './project-root.ts'

interface Place {
  readonly path: Finding['path']
  readonly named: string
}

/** What is known of the project's tree before anything is read from it. */
export interface KnownTree {
  /** Whether there is a file or folder. */
  has(path: string): boolean
  /** Whether a file matches a glob. */
  matches(glob: string): boolean
  /** Whether the overlay adds a file. */
  laid(path: string): boolean
}

/** Findings for what a configuration names and the tree does not have, or does not install. */
export function absentPlaces(facts: ConfiguredFacts, tree: KnownTree): readonly Finding[] {
  const own = facts.python.backend === 'own'
  return [
    ...absent(facts, tree),
    ...licences(facts, tree),
    ...(own ? [] : [...idleGlobs(facts, tree), ...leftOut(facts, tree)]),
  ]
}

function absent(facts: ConfiguredFacts, { has, laid }: KnownTree): readonly Finding[] {
  const { python, frontends, notes } = facts
  const places: readonly Place[] = [
    ...python.requirements.map((named, index) => ({ path: ['python', 'requirements', index], named })),
    ...python.translations.map((named, index) => ({ path: ['python', 'translations', index], named })),
    ...frontends.map(({ dir }, index) => ({ path: ['frontends', index, 'dir'], named: dir })),
    ...(notes === undefined ? [] : [{ path: ['release', 'notes'], named: notes }]),
    ...(python.root === undefined ? [] : [{ path: ['python', 'root'], named: python.root }]),
  ]
  const scripts = scriptsOf(facts).filter(({ named }) => !laid(named))
  const inside = scripts.map(({ path, named }) => ({ path, named: inProject(python, named) }))
  return [...places, ...inside].flatMap(({ path, named }) => {
    const place = named.replace(/^\.\/|\/$/g, '')
    if (place === '.' || has(place)) return []
    return [{ path, message: `${named} is not in the tree`, hint: 'Write it relative to the project, and commit it.' }]
  })
}

function licences({ app }: ConfiguredFacts, { matches }: KnownTree): readonly Finding[] {
  return app.licenseFiles.flatMap((glob, index) =>
    matches(glob)
      ? []
      : [
          {
            path: ['app', 'license-files', index],
            message: `no file of the project matches ${glob}, and every package carries the licence text`,
            hint: 'Name the files that hold it in app.license-files, such as [LICENSE.md], and commit them.',
          },
        ],
  )
}

function idleGlobs({ python }: ConfiguredFacts, { matches }: KnownTree): readonly Finding[] {
  return python.include.flatMap((glob, index) =>
    matches(glob)
      ? []
      : [
          {
            path: ['python', 'include', index],
            message: `no file of the project matches ${glob}`,
            hint: 'Write globs relative to the project, and a folder as folder/**.',
          },
        ],
  )
}

/** Scripts that lie in the project and are not installed. */
function leftOut(facts: ConfiguredFacts, { has, laid }: KnownTree): readonly Finding[] {
  const { python } = facts
  const installed = picomatch([...python.include], { dot: true, ignore: [...python.exclude] })
  return scriptsOf(facts).flatMap(({ path, named }) => {
    const place = inProject(python, named).replace(/^\.\//, '')
    if (laid(named) || !has(place) || installed(place)) return []
    return [{ path, message: `${place} is not among the files that are installed`, hint: 'Add it to python.include.' }]
  })
}

/** The files that commands start, relative to the application; an own wheel has others than the project. */
function scriptsOf({ python, runtime }: ConfiguredFacts): readonly Place[] {
  const manage = runtime.manage === undefined ? [] : [{ path: ['runtime', 'manage'], named: runtime.manage }]
  if (python.backend === 'own') return manage
  const { migrate, createsuperuser, check, services, commands } = runtime
  const rows: readonly (readonly [path: Finding['path'], command: readonly string[] | undefined])[] = [
    ...services.map(({ command }, index) => [['runtime', 'services', index, 'command', 0], command] as const),
    ...Object.entries({ migrate, createsuperuser, check }).map(([key, words]) => [['runtime', key, 0], words] as const),
    ...Object.entries(commands).map(([name, words]) => [['runtime', 'commands', name, 0], words] as const),
    [['python', 'collect', 'command', 0], python.collect?.command],
  ]
  const scripts = rows.flatMap(([path, [first = ''] = []]) => {
    const named = first.replace(/^\{app\}\//, '')
    return named.endsWith('.py') && !named.includes('{') ? [{ path, named }] : []
  })
  return [...manage, ...scripts]
}
