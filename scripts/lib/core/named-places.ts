import type { ConfiguredFacts } from './config/load.ts'
import type { Finding } from './error.ts'

/** Findings for the files and folders that a configuration names and the tree does not have. */
export function absentPlaces(facts: ConfiguredFacts, has: (path: string) => boolean): readonly Finding[] {
  const { python, runtime, frontends } = facts
  const places: readonly { readonly path: Finding['path']; readonly named: string }[] = [
    ...python.requirements.map((named, index) => ({ path: ['python', 'requirements', index], named })),
    ...python.translations.map((named, index) => ({ path: ['python', 'translations', index], named })),
    ...frontends.map(({ dir }, index) => ({ path: ['frontends', index, 'dir'], named: dir })),
    ...(runtime.manage === undefined ? [] : [{ path: ['runtime', 'manage'], named: runtime.manage }]),
  ]
  return places.flatMap(({ path, named }) => {
    const place = named.replace(/^\.\/|\/$/g, '')
    if (place === '.' || has(place)) return []
    return [{ path, message: `${named} is not in the tree`, hint: 'Write it relative to the project, and commit it.' }]
  })
}
